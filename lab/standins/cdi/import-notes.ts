/**
 * From an importer Pod's state to the annotations of its claim. Source (kubevirt/containerized-data-importer):
 * pkg/controller/util.go, setAnnotationsFromPodWithPrefix and simplifyKnownMessage.
 */
import type { V1Pod } from '@kubernetes/client-node';
import * as notes from './annotations';
import { parseLastWords } from './last-words';

/** The annotations that change. While a container waits for its restart, the message of its failure stays. */
export function notesFromPod(pod: V1Pod, known: Record<string, string>): Record<string, string> {
  const container = pod.status?.containerStatuses?.[0];
  const restarts = Math.max(container?.restartCount ?? 0, Number(known[notes.POD_RESTARTS] ?? 0));
  const phase = pod.status?.phase ?? 'Pending';
  const wanted: Record<string, string> = {
    [notes.IMPORT_POD]: pod.metadata?.name ?? '',
    // Before a node has reported the Pod's state, only the Pod's name is known.
    ...(phase === 'Pending' && !container ? {} : { [notes.POD_PHASE]: phase }),
    [notes.POD_RESTARTS]: String(restarts),
    ...schedulingNote(pod),
    ...(container ? runningNotes(container) : {}),
    ...vddkNotes(container),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => known[key] !== value));
}

/** Once the scheduler has decided. */
function schedulingNote({ status }: V1Pod): Record<string, string> {
  const decided = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (decided === undefined) return {};
  return { [notes.POD_SCHEDULABLE]: String(decided.reason !== 'Unschedulable') };
}

function vddkNotes(container: ContainerStatus | undefined): Record<string, string> {
  const { vddkInfo } = parseLastWords(container?.state?.terminated?.message) ?? {};
  return {
    ...(vddkInfo?.Host ? { [notes.VDDK_HOST]: vddkInfo.Host } : {}),
    ...(vddkInfo?.Version ? { [notes.VDDK_VERSION]: vddkInfo.Version } : {}),
  };
}

type ContainerStatus = NonNullable<NonNullable<V1Pod['status']>['containerStatuses']>[number];

function runningNotes({ state, lastState }: ContainerStatus): Record<string, string> {
  if (state?.running) return runningNote('true', 'Pod is running', '');
  const waiting = state?.waiting;
  if (waiting && waiting.reason !== 'CrashLoopBackOff') {
    return runningNote('false', waiting.reason ?? '', waiting.message ?? '');
  }
  const ended = state?.terminated ?? lastState?.terminated;
  return ended ? runningNote('false', ended.reason ?? '', wordsOf(ended.message ?? '')) : {};
}

function runningNote(running: 'true' | 'false', reason: string, message: string): Record<string, string> {
  return { [notes.RUNNING]: running, [notes.RUNNING_REASON]: reason, [notes.RUNNING_MESSAGE]: message };
}

function wordsOf(message: string): string {
  const said = parseLastWords(message)?.message;
  if (said !== undefined) return said;
  return /no space left on device|the device holds \d+ bytes, the disk has/.test(message)
    ? 'DataVolume too small to contain image'
    : message;
}
