/** Copies by offload plugins: one Job per attempt. */
import { pluginJobName } from '../../plan/names';
import { type PluginEnd, readPluginEnd, readPluginProgress } from '../../plan/plugin-output';
import type { CopyReport, PluginRequest } from '../contract';
import { failure } from '../failure';
import type { ApiClient } from './api-client';
import { ContainerLog } from './container-log';
import { shorten } from './errors';
import { awaitPodEnd } from './job-pods';
import { JOBS, PERSISTENT_VOLUMES, type Pod, VOLUME_CLAIMS } from './kinds';
import type { SourceLogin } from './objects/login-secret';
import { type BoundVolume, PLUGIN_CONTAINER, pluginJob } from './objects/plugin-job';
import { ensure } from './ownership';
import { containerStatuses, whyEnded, whyWaiting } from './pod-reasons';
import { deadlineIn, type Scope } from './scope';
import { giveLogin, takeLogins } from './source-access';
import { DeadlineError } from './wait';

/** @throws VolumeLost where the disk's claim is not there, or not bound */
export async function startPlugin(api: ApiClient, request: PluginRequest, login: SourceLogin): Promise<void> {
  const { vm, disk } = request;
  if (disk.method.kind !== 'plugin')
    throw failure('InvalidInput', `disk ${disk.key} is not copied by a plugin`);
  const volume = await boundVolume(api, { name: disk.volumeName, namespace: vm.namespace });
  await giveLogin(api, request, login);
  await ensure(api, JOBS, pluginJob({ request, ...disk.method, volume }), vm);
}

async function boundVolume(api: ApiClient, ref: { name: string; namespace: string }): Promise<BoundVolume> {
  const claim = await api.find(VOLUME_CLAIMS, ref);
  const name = claim?.spec?.volumeName;
  if (claim === null || claim.metadata?.deletionTimestamp !== undefined || name === undefined) {
    throw failure('VolumeLost', `volume ${ref.namespace}/${ref.name} is not there, or not bound`);
  }
  const { spec } = await api.get(PERSISTENT_VOLUMES, { name });
  return { name, driver: spec?.csi?.driver ?? '', handle: spec?.csi?.volumeHandle ?? '' };
}

/**
 * A copy that fails keeps its login until it is stopped: nothing proves here that its Pod is gone.
 * @throws CopyFailed, CopyRefused, CopierLost, CopyDeadline
 */
export async function awaitPlugin(
  scope: Scope,
  request: PluginRequest & { deadlineSeconds: number },
): Promise<CopyReport> {
  const { vm, disk, attempt, deadlineSeconds } = request;
  const log = new ContainerLog(
    scope.cluster.api,
    PLUGIN_CONTAINER,
    (document) => {
      const said = readPluginProgress(document);
      if (said === null) return;
      const { bytesDone, bytesTotal } = said;
      scope.progress.report({ bytesDone, bytesTotal: bytesTotal ?? disk.capacityBytes, note: null });
    },
    scope.signal,
  );
  const onPod = (pod: Pod) => {
    scope.progress.report({ note: whyWaiting(pod) });
    log.look(pod);
  };
  const job = { name: pluginJobName(vm.baseName, disk.index, attempt), namespace: vm.namespace, onPod };
  try {
    const report = pluginReport(await awaitPodEnd(scope, job, deadlineIn(scope, deadlineSeconds)));
    await takeLogins(scope.cluster.api, request);
    return report;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('CopyDeadline', `the plugin's Job ${job.name} did not end within ${deadlineSeconds} s`);
  }
}

export function pluginReport(pod: Pod | null): CopyReport {
  if (pod === null) throw failure('CopyFailed', "the plugin's Job went without leaving a Pod");
  const status = containerStatuses(pod).find(({ name }) => name === PLUGIN_CONTAINER);
  const ended = status?.state?.terminated;
  const end = readPluginEnd(ended?.message ?? '');
  if (ended?.exitCode === 0 && end.kind !== 'error') return copyReport(end);
  const said = end.kind === 'error' ? end : { message: null, retryable: true };
  const message = said.message === null ? whyEnded(pod, PLUGIN_CONTAINER) : shorten(said.message);
  throw failure(said.retryable ? 'CopyFailed' : 'CopyRefused', `the plugin failed: ${message}`);
}

function copyReport(end: Exclude<PluginEnd, { kind: 'error' }>): CopyReport {
  const { bytes, message } = end.kind === 'result' ? end : { bytes: null, message: null };
  return { bytes, restarts: 0, message: message === null || message === '' ? null : shorten(message) };
}
