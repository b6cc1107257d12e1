/** Tests whether an offload plugin's image keeps the contract, by doing to it what a migration may. */
import { randomBytes } from 'node:crypto';
import { untilGone } from '../activities/kubernetes/waiting/gone';
import { endJobs } from '../activities/kubernetes/pods/job-pods';
import { type ApiObject, type Kind, PODS, VOLUME_CLAIMS } from '../activities/kubernetes/api/kinds';
import { ownedBy } from '../activities/kubernetes/api/ownership';
import { removeLogins } from '../activities/kubernetes/copies/source-access';
import { PLUGIN_CONTRACT_VERSION } from '../plan/plugin-contract';
import { judge } from './judge';
import type { PluginReport } from './report';
import * as scenarios from './scenarios';
import type { TestSite } from './site';
import { SiteError } from './site-error';
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

/** Side by side, as disks of a plan are copied. Waits for the end of all before it throws the first error. */
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

/** How long one object may take to go. */
const REMOVAL_SECONDS = 120;

/** Also after an interrupt. */
async function remove({ site, vm }: Trial): Promise<void> {
  const scope = { ...scopeOf(site), signal: new AbortController().signal };
  const { api } = site.cluster;
  try {
    await endJobs(scope, { vm, step: 'copy' });
    await removeLogins(api, { vm });
    // A volume stays for as long as a Pod has it.
    for (const kind of [PODS, VOLUME_CLAIMS] as Kind<ApiObject>[]) {
      const { items } = await api.list(kind, { namespace: vm.namespace, labelSelector: ownedBy(vm) });
      for (const { metadata } of items) {
        const ref = { name: metadata?.name ?? '', namespace: vm.namespace };
        await api.delete(kind, ref);
        await untilGone(scope, kind, ref, { seconds: REMOVAL_SECONDS });
      }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason is known';
    throw new SiteError(
      `something of the test is left in namespace ${vm.namespace} (-l ${ownedBy(vm)}): ${why}`,
    );
  }
}
