/** Tests whether an offload plugin's image keeps the contract, by doing to it what a migration may. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readSecret } from '../activities/kubernetes/access/secrets';
import { PLUGIN_CONTRACT_VERSION } from '../plan/plugin-contract';
import { copyIds } from './copy-ids';
import { judge, type KnownSecret } from './judge';
import { type PluginReport, type Point, POINTS } from './report';
import { removeTrial } from './remove-trial';
import * as scenarios from './scenarios';
import type { OpensSource, TestSite } from './site';
import { makeTrial, type ReadyTrial, type TrialOptions } from './trial';
import { makeVolume } from './volume';

/**
 * Everything that is made is removed again, whatever happens. The source is only read.
 * @param asked these points alone, as far as they apply; a whole copy is always made
 * @throws SiteError where the site does not let the test go on
 */
export async function testPlugin(
  site: TestSite,
  asked: readonly Point[] = Object.keys(POINTS) as Point[],
): Promise<PluginReport> {
  // Every attempt waits for it, and many are tried side by side: Node would warn of a leak.
  setMaxListeners(0, site.signal);
  const run = randomBytes(3).toString('hex');
  const withTrial: WithTrial = async (name, use, choice) => {
    const trial = makeTrial(site, name, { run, ...choice });
    try {
      return await use({ ...trial, volume: await makeVolume(trial) });
    } finally {
      await removeTrial(trial);
    }
  };
  const applicable = asked.filter((point) => applies(point, site));
  const secrets = await secretsOf(site);
  const whole = await withTrial('whole', scenarios.copyWhole);
  const runs = whole.end.kind !== 'notStarted';
  const others = runs ? await tryOthers(withTrial, { site, run, asked: applicable }) : null;
  const { source, limits, plugin } = site;
  const { capacityBytes: bytes } = source.disk;
  const expected = { bytes, sha256: source.sha256, graceSeconds: limits.grace, secrets };
  const points = judge({ whole, others }, expected).filter(({ point }) => applicable.includes(point));
  return {
    image: plugin.image,
    contractVersion: PLUGIN_CONTRACT_VERSION,
    kept: points.every(({ verdict }) => verdict === 'kept'),
    points,
  };
}

/** A point that does not apply is not in the report. */
function applies(point: Point, { chain, power }: TestSite): boolean {
  if (point === 'snapshots') return chain !== null;
  return point !== 'durable' || power !== null;
}

/** Public: logs about certificates hold its lines. */
const AUTHORITY = 'ca.crt';

async function secretsOf({ source, plugin, cluster, namespace }: TestSite): Promise<KnownSecret[]> {
  const login = { of: "vCenter's password", value: source.login.password };
  if (plugin.secret === undefined) return [login];
  const { values } = await readSecret(cluster.api, { namespace, name: plugin.secret });
  const own = Object.entries(values).filter(([key]) => key !== AUTHORITY);
  return [login, ...own.map(([key, value]) => ({ of: `${key} of the vendor's Secret`, value }))];
}

type WithTrial = <R>(
  name: string,
  use: (trial: ReadyTrial) => Promise<R>,
  choice?: Omit<TrialOptions, 'run'>,
) => Promise<R>;

interface Wanted {
  site: TestSite;
  run: string;
  asked: readonly Point[];
}

/** Side by side, as disks of a plan are copied. Waits for the end of all before it throws the first error. */
async function tryOthers(
  withTrial: WithTrial,
  { site, run, asked }: Wanted,
): Promise<Partial<scenarios.Others>> {
  const seen: Partial<scenarios.Others> = {};
  const together = (name: string, ids: readonly string[]) =>
    withTrials(withTrial, name, ids, scenarios.copyTogether);
  const elsewhere = async (name: string, open: OpensSource | null) =>
    open === null ? null : withTrial(name, scenarios.copyElsewhere, { source: await open() });
  const tries: Partial<Record<Point, () => Promise<unknown>>> = {
    adoption: async () => (seen.adopted = await withTrial('killed', scenarios.killMidway)),
    disks: async () => (seen.disks = await together('disks', copyIds(run).ofTwoDisks)),
    'copy-id': async () => (seen.ids = await together('ids', copyIds(run).alike)),
    sigterm: async () => (seen.stopped = await withTrial('stopped', scenarios.stopMidway)),
    restricted: async () => (seen.otherUser = await withTrial('other-user', scenarios.copyAsOtherUser)),
    'typed-error': async () => (seen.missing = await withTrial('missing', scenarios.copyMissing)),
    'finished-task': async () => (seen.again = await withTrial('again', scenarios.copyAgain)),
    'odd-size': async () => (seen.odd = await elsewhere('odd', site.odd)),
    snapshots: async () => (seen.chain = (await elsewhere('chain', site.chain)) ?? undefined),
    durable: async () => (seen.afterPowerCut = await withTrial('power', scenarios.copyAndCutPower)),
  };
  // Progress may lie in any run; most plainly in one that is stopped.
  const needed = new Set(asked.includes('progress') ? [...asked, 'sigterm' as const] : asked);
  const attempt = async (point: Point) => {
    await tries[point]?.();
  };
  const tried = await Promise.allSettled([...needed].map(attempt));
  const failure = tried.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return seen;
}

/** One trial for each id. */
async function withTrials<R>(
  withTrial: WithTrial,
  name: string,
  ids: readonly string[],
  use: (trials: ReadyTrial[]) => Promise<R>,
): Promise<R> {
  const [id, ...others] = ids;
  if (id === undefined) return use([]);
  return withTrial(
    `${name}-${ids.length}`,
    (trial) => withTrials(withTrial, name, others, (more) => use([trial, ...more])),
    { id },
  );
}
