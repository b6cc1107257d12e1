/**
 * The log that a plugin writes for people. Drover reads it live while the plugin has a Pod, and once more after a
 * failure.
 */
import { pluginJobName } from '../../../plan/names';
import type { AttemptEvidence, CopyLogPage, CopyLogRequest, DiskRequest } from '../../interfaces';
import { type LogRef, withLabels } from '../api/api-address';
import type { ApiClient, LogQuery } from '../api/api-client';
import { ApiError } from '../api/errors';
import { type Pod, PODS } from '../api/kinds';
import { cutLines } from '../api/lines';
import { type Mask, readMask, WITHHOLD } from './mask';
import { PLUGIN_CONTAINER } from '../objects/plugin-job';
import { STEP_LABEL } from '../objects/steps';
import { ownedBy } from '../api/ownership';
import { plainLine } from '../pods/plain-line';
import { containerStatuses } from '../pods/pod-containers';
import { JOB_NAME_LABEL } from '../pods/job-pods';
import { podEnd } from '../pods/pod-end';
import { whyWaiting } from '../pods/pod-reasons';

/**
 * Drover reads 64 KiB of a line, masks secrets in them, and keeps 2,000 characters of the result. A secret that is cut
 * at 64 KiB can not be masked; it lies far behind the part that is kept.
 */
const LONGEST_READ = 64 * 1024;
const LONGEST_LINE = 2_000;
/** Most bytes of one answer to a reader, and of the log that Drover keeps of one attempt. */
const MOST_BYTES = 64 * 1024;
const KEPT_LINES = 200;

interface Line {
  /** The timestamp that the kubelet put before the line, RFC 3339. */
  time: string;
  text: string;
}

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

async function readLines(
  api: ApiClient,
  log: LogRef,
  { mask, count, after = null }: Wanted,
): Promise<Line[]> {
  if (mask === WITHHOLD) return [{ time: after ?? '', text: mask('') }];
  const since: LogQuery = after === null ? {} : { sinceTime: `${after.slice(0, 19)}Z` };
  const query: LogQuery = { timestamps: 'true', tailLines: String(count), ...since };
  const last = new LastLines(count);
  for await (const raw of cutLines(await api.openLog(log, query), LONGEST_READ)) {
    const line = split(raw);
    if (after === null || sortable(line.time) > sortable(after)) {
      last.add({ ...line, text: plainLine(mask(line.text), LONGEST_LINE) });
    }
  }
  return last.lines;
}

function split(raw: string): Line {
  const space = raw.indexOf(' ');
  return space < 0 ? { time: raw, text: '' } : { time: raw.slice(0, space), text: raw.slice(space + 1) };
}

/** A timestamp may have fewer than nine digits of a second: `…:05.1Z` is after `…:05.09Z`. */
function sortable(time: string): string {
  const [, whole = time, fraction = ''] = /^([^.Z]*)\.?(\d*)Z?$/.exec(time) ?? [];
  return `${whole}.${fraction.padEnd(9, '0')}`;
}

/** Keeps the last lines: at most `most` of them, and at most `MOST_BYTES` in all. */
class LastLines {
  readonly lines: Line[] = [];
  private bytes = 0;

  constructor(private readonly most: number) {}

  add(line: Line): void {
    this.lines.push(line);
    this.bytes += sizeOf(line);
    while (this.lines.length > this.most || this.bytes > MOST_BYTES) {
      const first = this.lines.shift();
      this.bytes -= first === undefined ? this.bytes : sizeOf(first);
    }
  }
}

function sizeOf({ text }: Line): number {
  return Buffer.byteLength(text) + 1;
}

function logOf({ metadata }: Pod): LogRef {
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    container: PLUGIN_CONTAINER,
  };
}
