/** Tests whether an offload plugin's image keeps the contract, by doing to it what a migration may. */
import { randomBytes } from 'node:crypto';
import { removeEverything } from '../activities/kubernetes/tidy';
import { PLUGIN_CONTRACT_VERSION } from '../plan/plugin-contract';
import { judge } from './judge';
import type { PluginReport } from './report';
import * as scenarios from './scenarios';
import { SiteError, type TestSite } from './site';
import { makeTrial, type ReadyTrial, scopeOf, type Trial } from './trial';
import { makeVolume } from './volume';

/**
 * Everything that is made is removed again, whatever happens. The source is only read.
 * @throws SiteError where the site does not let the test go on
 */
export async function testPlugin(site: TestSite): Promise<PluginReport> {
  const run = randomBytes(3).toString('hex');
  const withTrial: WithTrial = async (name, use) => {
    const trial = makeTrial(site, name, run);
    try {
      return await use({ ...trial, volume: await makeVolume(trial) });
    } finally {
      await remove(trial);
    }
  };
  const whole = await withTrial('whole', scenarios.copyWhole);
  const runs = whole.end.kind !== 'notStarted';
  const others = runs ? await tryOthers(withTrial) : null;
  const { source, limits, plugin } = site;
  const points = judge(
    { whole, others },
    {
      bytes: source.disk.capacityBytes,
      sha256: source.sha256,
      graceSeconds: limits.grace,
      secrets: [source.login.password],
    },
  );
  return {
    image: plugin.image,
    contractVersion: PLUGIN_CONTRACT_VERSION,
    kept: points.every(({ verdict }) => verdict === 'kept'),
    points,
  };
}

type WithTrial = <R>(name: string, use: (trial: ReadyTrial) => Promise<R>) => Promise<R>;

/** Side by side, as disks of a plan are copied. All are seen to their end before an error is told. */
async function tryOthers(withTrial: WithTrial) {
  const tried = await Promise.allSettled([
    withTrial('other-user', scenarios.copyAsOtherUser),
    withTrial('missing', scenarios.copyMissing),
    withTrial('stopped', scenarios.stopMidway),
    withTrial('killed', scenarios.killMidway),
  ]);
  const failure = tried.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const [otherUser, missing, stopped, adopted] = tried;
  return {
    otherUser: valueOf(otherUser),
    missing: valueOf(missing),
    stopped: valueOf(stopped),
    adopted: valueOf(adopted),
  };
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

async function remove({ site, vm }: Trial): Promise<void> {
  const scope = { ...scopeOf(site), signal: new AbortController().signal };
  const left = await removeEverything(scope, vm);
  if (left.length > 0)
    throw new SiteError(`not removed from namespace ${site.namespace}: ${left.join('; ')}`);
}
