/** Copies by offload plugins: one Job per attempt. */
import type { FrozenDisk } from '../../../plan/frozen';
import { pluginJobName } from '../../../plan/names';
import { type PluginEnd, readPluginEnd } from '../../../plan/plugin-output';
import type { CopyReport, PluginPatience, PluginRequest } from '../../interfaces';
import { failure } from '../../failure';
import { isGoing } from '../api/going';
import type { ApiClient } from '../api/api-client';
import { shorten } from '../api/errors';
import { imageOf } from './copy-log';
import { awaitPodEnd, type JobInProgress } from '../pods/job-pods';
import { readMask } from './mask';
import { JOBS, PERSISTENT_VOLUMES, type Pod, VOLUME_CLAIMS } from '../api/kinds';
import type { SourceLogin } from '../objects/login-secret';
import { type BoundVolume, PLUGIN_CONTAINER, pluginJob } from '../objects/plugin-job';
import { ensure } from '../api/ownership';
import { PluginWatch } from './plugin-watch';
import { PluginWitness } from './plugin-witness';
import { containerStatuses } from '../pods/pod-containers';
import { whyDisrupted, whyEnded } from '../pods/pod-reasons';
import { deadlineIn, type Scope } from '../waiting/scope';
import { ensureLogin, removeLogins } from './source-access';
import { DeadlineError } from '../waiting/wait';

/** @throws VolumeLost where the disk's claim is not there, or not bound */
export async function startPlugin(api: ApiClient, request: PluginRequest, login: SourceLogin): Promise<void> {
  const { vm, disk } = request;
  if (disk.method.kind !== 'plugin')
    throw failure('InvalidInput', `disk ${disk.key} is not copied by a plugin`);
  const volume = await boundVolume(api, { name: disk.volumeName, namespace: vm.namespace });
  await ensureLogin(api, request, login);
  await ensure(api, JOBS, pluginJob({ request, ...disk.method, volume }), vm);
}

export async function boundVolume(
  api: ApiClient,
  ref: { name: string; namespace: string },
): Promise<BoundVolume> {
  const claim = await api.find(VOLUME_CLAIMS, ref);
  const name = claim?.spec?.volumeName;
  if (claim === null || isGoing(claim) || name === undefined) {
    throw failure('VolumeLost', `volume ${ref.namespace}/${ref.name} is not there, or not bound`);
  }
  const { spec } = await api.get(PERSISTENT_VOLUMES, { name });
  return { name, driver: spec?.csi?.driver ?? '', handle: spec?.csi?.volumeHandle ?? '' };
}

/**
 * Waits for the end of a plugin's Job. After a failure the login stays until the copy is stopped: nothing proves here
 * that the Pod is gone. The failure carries an {@link AttemptEvidence}.
 * @throws CopyFailed, CopyRefused, CopyNotStarted, QuotaExceeded, CopyStalled, CopierLost, CopyDeadline
 */
export async function awaitPlugin(
  scope: Scope,
  request: PluginRequest & PluginPatience,
): Promise<CopyReport> {
  const { vm, disk, attempt, deadlineSeconds } = request;
  const { api } = scope.cluster;
  const watch = new PluginWatch(scope, { ...request, capacityBytes: disk.capacityBytes });
  const witness = new PluginWitness(scope, request);
  const name = pluginJobName(vm.baseName, disk.index, attempt);
  const look = async (job: JobInProgress) => {
    witness.saw(job.pod);
    await watch.look(job);
  };
  const atEnd = async (pod: Pod) => {
    witness.saw(pod);
    if (hasFailed(pod, disk)) await witness.testify();
  };
  try {
    const options = deadlineIn(scope, deadlineSeconds);
    const pod = await awaitPodEnd(scope, { name, namespace: vm.namespace, look, atEnd }, options);
    const report = pluginReport(pod, disk.capacityBytes);
    const message = report.message === null ? null : (await readMask(api, request))(report.message);
    await removeLogins(api, request);
    return { ...report, message };
  } catch (error) {
    throw await witness.attest(
      error instanceof DeadlineError
        ? failure('CopyDeadline', `the plugin's Job ${name} did not end within ${deadlineSeconds} s`)
        : error,
    );
  } finally {
    watch.close();
  }
}

function hasFailed(pod: Pod, disk: FrozenDisk): boolean {
  try {
    pluginReport(pod, disk.capacityBytes);
    return false;
  } catch {
    return true;
  }
}

/** @param capacityBytes a plugin that reports success must have copied at least so many bytes, if it reports bytes */
export function pluginReport(pod: Pod | null, capacityBytes: number): CopyReport {
  if (pod === null) throw failure('CopyFailed', "the plugin's Job went without leaving a Pod");
  const status = containerStatuses(pod).find(({ name }) => name === PLUGIN_CONTAINER);
  const ended = status?.state?.terminated;
  const end = readPluginEnd(ended?.message ?? '');
  if (ended?.exitCode !== 0 || end.kind === 'error') throw pluginFailure(pod, end);
  const report = { ...copyReport(end), image: imageOf(pod) };
  if (report.bytes === null || report.bytes >= capacityBytes) return report;
  const why = `it ended well, but copied ${report.bytes} of ${capacityBytes} bytes by its own word`;
  throw failure('CopyFailed', `the plugin failed: ${why}`);
}

/** If the plugin was stopped from outside, its message says what it was doing, and the cluster says who stopped it. */
function pluginFailure(pod: Pod, end: PluginEnd): Error {
  const said = end.kind === 'error' ? end : { message: null, retryable: true };
  const disrupted = whyDisrupted(pod);
  const message =
    said.message === null
      ? whyEnded(pod, PLUGIN_CONTAINER)
      : [shorten(said.message), ...(disrupted === null ? [] : [`(${disrupted})`])].join(' ');
  return failure(said.retryable ? 'CopyFailed' : 'CopyRefused', `the plugin failed: ${message}`);
}

function copyReport(end: Exclude<PluginEnd, { kind: 'error' }>): CopyReport {
  const { bytes, message } = end.kind === 'result' ? end : { bytes: null, message: null };
  return { bytes, restarts: 0, message: message === null || message === '' ? null : shorten(message) };
}
