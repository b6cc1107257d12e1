/**
 * The lines on a guest's serial console. KubeVirt keeps them as the log of a second container, if the VirtualMachine
 * asks for it (`logSerialConsole`) or the cluster keeps consoles of all VMs.
 */
import type { VmRef } from '../../../plan/vm-ref';
import type { ConsolePage } from '../../interfaces';
import type { LogRef } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { ApiError } from '../api/errors';
import { PODS, type Pod } from '../api/kinds';
import { isLauncherOf, LAUNCHERS } from '../pods/launchers';
import { cutLines } from '../api/lines';
import { plainLine } from '../pods/plain-line';

/** KubeVirt 1.6, pkg/virt-controller/services/serialconsolelog.go. */
const CONSOLE_CONTAINER = 'guest-console-log';

/** Lines of a boot that a watch reads first, if it begins in the middle: enough for the kernel and the services. */
const WATCHED_LINES = 2_000;
/** Characters of a line before control sequences are removed. */
const LONGEST_READ = 16 * 1024;
/** Characters of a line after control sequences are removed. */
const LONGEST_LINE = 500;

/** Temporal accepts results up to 2 MiB. Quotes and backslashes take two bytes there. */
const MOST_BYTES = 512 * 1024;

/** The last lines, oldest first. If the API server refuses the log, `note` says why. */
export async function readConsole(api: ApiClient, vm: VmRef, count: number): Promise<ConsolePage> {
  const pod = await newestLauncher(api, vm);
  if (pod === null) return nothing('the target does not run');
  if (!keepsConsole(pod)) {
    return nothing('the target keeps no console log: let the plan verify it (spec.drover.verify)');
  }
  if (pod.status?.phase === 'Pending') return nothing('the target has not started yet');
  try {
    return { lines: fitting(await lastLines(api, pod, count)), note: null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return nothing(`the console can't be read: ${error.said || error.message}`);
  }
}

/** Cuts long lines: a guest may write without ever ending a line. */
async function lastLines(api: ApiClient, pod: Pod, count: number): Promise<string[]> {
  const last: string[] = [];
  const log = await api.openLog(logOf(pod), { tailLines: String(count) });
  for await (const raw of cutLines(log, LONGEST_READ)) {
    const line = clean(raw);
    if (line !== '') last.push(line);
    if (last.length > count) last.shift();
  }
  return last;
}

function nothing(note: string): ConsolePage {
  return { lines: [], note };
}

/** Newer versions of KubeVirt keep it in an init container that runs on. */
function keepsConsole({ spec }: Pod): boolean {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return containers.some(({ name }) => name === CONSOLE_CONTAINER);
}

/** The last lines that together fit into `MOST_BYTES`. */
function fitting(lines: string[]): string[] {
  let bytes = 0;
  const tooMany = lines.findLastIndex((line) => (bytes += Buffer.byteLength(line)) > MOST_BYTES);
  return lines.slice(tooMany + 1);
}

/** Each line of the guest that runs now, from the beginning of its boot; ends when the guest does. */
export async function* followConsole(api: ApiClient, pod: Pod, signal: AbortSignal): AsyncGenerator<string> {
  const query = { tailLines: String(WATCHED_LINES), follow: 'true' } as const;
  const log = await api.openLog(logOf(pod), query, { signal });
  for await (const line of cutLines(log, LONGEST_READ)) yield clean(line);
}

async function newestLauncher(api: ApiClient, vm: VmRef): Promise<Pod | null> {
  const { items } = await api.list(PODS, { namespace: vm.namespace, labelSelector: LAUNCHERS });
  const made = ({ metadata }: Pod) => metadata?.creationTimestamp ?? '';
  const theirs = items.filter((pod) => isLauncherOf(pod, vm));
  return theirs.sort((one, other) => made(one).localeCompare(made(other))).at(-1) ?? null;
}

function logOf({ metadata }: Pod): LogRef {
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    container: CONSOLE_CONTAINER,
  };
}

function clean(line: string): string {
  return plainLine(line, LONGEST_LINE);
}
