/**
 * The log that a plugin writes for people. Drover reads it live while the plugin has a Pod, and once more after a
 * failure.
 */
import { pluginJobName } from '../../../plan/names';
import type { AttemptEvidence, CopyLogPage, CopyLogRequest, DiskRequest } from '../../interfaces';
import { type LogRef, withLabels } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { ApiError } from '../api/errors';
import { type Pod, PODS } from '../api/kinds';
import { type Mask, readMask, WITHHOLD } from './mask';
import { PLUGIN_CONTAINER } from '../objects/plugin-job';
import { STEP_LABEL } from '../objects/steps';
import { ownedBy } from '../api/ownership';
import { type LogLine, readLogLines } from '../pods/log-lines';
import { containerStatuses } from '../pods/pod-containers';
import { JOB_NAME_LABEL } from '../pods/job-pods';
import { podEnd } from '../pods/pod-end';
import { whyWaiting } from '../pods/pod-reasons';

/** Most bytes of one answer to a reader, and of the log that Drover keeps of one attempt. */
const MOST_BYTES = 64 * 1024;
const KEPT_LINES = 200;

/** Returns what can be read. A log that can't be read is no failure: the evidence then has no lines. */
export async function gatherEvidence(
  api: ApiClient,
  pod: Pod,
  { mask, bytes }: { mask: Mask; bytes: number | null },
): Promise<AttemptEvidence> {
  const image = imageOf(pod);
  if (image === null) return { image, bytes, log: [] };
  const lines = await readLines(api, logOf(pod), { mask, count: KEPT_LINES }).catch(() => []);
  return { image, bytes, log: lines.map(({ text }) => text) };
}

/** The plugin's image with the digest that the node resolved. Null where its container has not run. */
export function imageOf(pod: Pod): string | null {
  const status = containerStatuses(pod).find(({ name }) => name === PLUGIN_CONTAINER);
  return status?.imageID || null;
}

export async function readCopyLog(api: ApiClient, request: CopyLogRequest): Promise<CopyLogPage> {
  const pod = await findPod(api, request);
  if (pod === null) return nothing(null, 'it has no Pod at this moment');
  const attempt = attemptOf(pod, request);
  if (imageOf(pod) === null) {
    return {
      ...nothing(attempt, `it has not started: ${whyWaiting(pod) ?? 'no reason given'}`),
      running: true,
    };
  }
  const running = podEnd(pod) === 'alive';
  const { lines: count, after } = request;
  try {
    const mask = await readMask(api, request);
    const lines = await readLines(api, logOf(pod), { mask, count, after });
    const next = lines.at(-1)?.time ?? after;
    return { attempt, lines: lines.map(({ text }) => text), note: null, running, next };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...nothing(attempt, `its log can't be read: ${error.said || error.message}`), running };
  }
}

function nothing(attempt: number | null, note: string): CopyLogPage {
  return { attempt, lines: [], note, running: false, next: null };
}

async function findPod(api: ApiClient, { vm, disk, attempt }: CopyLogRequest): Promise<Pod | null> {
  const wanted: Record<string, string> = { [STEP_LABEL]: 'copy' };
  if (attempt !== null) wanted[JOB_NAME_LABEL] = pluginJobName(vm.baseName, disk.index, attempt);
  const labelSelector = `${ownedBy(vm, disk)},${withLabels(wanted)}`;
  const { items } = await api.list(PODS, { namespace: vm.namespace, labelSelector });
  const made = ({ metadata }: Pod) => metadata?.creationTimestamp ?? '';
  return items.sort((one, other) => made(one).localeCompare(made(other))).at(-1) ?? null;
}

/** The number of the attempt, read from the name of the Pod's Job. */
function attemptOf({ metadata }: Pod, { vm, disk }: DiskRequest): number | null {
  const prefix = pluginJobName(vm.baseName, disk.index, 0).slice(0, -1);
  const job = metadata?.labels?.[JOB_NAME_LABEL] ?? '';
  return job.startsWith(prefix) ? Number(job.slice(prefix.length)) : null;
}

interface Wanted {
  mask: Mask;
  count: number;
  after?: string | null;
}

/** A secret that is cut at the end of what is read of a line can not be masked; it lies far behind the part that is kept. */
async function readLines(
  api: ApiClient,
  log: LogRef,
  { mask, count, after = null }: Wanted,
): Promise<LogLine[]> {
  if (mask === WITHHOLD) return [{ time: after ?? '', text: mask('') }];
  return readLogLines(api, log, { count, mostBytes: MOST_BYTES, after, mask });
}

function logOf({ metadata }: Pod): LogRef {
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    container: PLUGIN_CONTAINER,
  };
}
