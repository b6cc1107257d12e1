/** Why a Pod does not run, in one clause that an operator understands. */
import { shorten } from './errors';
import type { ContainerStatus, Event, Pod } from './kinds';

/** Null where the Pod runs, or has said nothing yet. Events are optional: mounting troubles show only there. */
export function whyWaiting(pod: Pod, events: readonly Event[] = []): string | null {
  return whyUnscheduled(pod) ?? whyContainerWaits(pod) ?? whyNotMounted(pod, events);
}

function whyUnscheduled(pod: Pod): string | null {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return null;
  return clause(scheduled.reason ?? 'Unschedulable', scheduled.message);
}

function whyContainerWaits(pod: Pod): string | null {
  for (const { state } of containerStatuses(pod)) {
    const waiting = state?.waiting;
    // The ordinary way of every container, no reason to name.
    if (waiting?.reason === undefined || ['ContainerCreating', 'PodInitializing'].includes(waiting.reason))
      continue;
    return clause(waiting.reason, waiting.message);
  }
  return null;
}

function whyNotMounted(pod: Pod, events: readonly Event[]): string | null {
  if (pod.status?.phase !== 'Pending') return null;
  const mount = events
    .filter(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume')
    .at(-1);
  return mount === undefined ? null : clause(mount.reason ?? 'FailedMount', mount.message);
}

/** Why a container ended badly, where it did not say so itself: `OOMKilled, exit code 137`. */
export function whyEnded(pod: Pod, container: string): string {
  if (pod.status?.reason === 'Evicted') return clause('Evicted', pod.status.message);
  const ended = containerStatuses(pod).find(({ name }) => name === container)?.state?.terminated;
  if (ended === undefined) return 'it did not end by itself';
  const reason = ended.reason === undefined || ended.reason === 'Error' ? [] : [ended.reason];
  return [...reason, `exit code ${ended.exitCode}`].join(', ');
}

export function containerStatuses(pod: Pod): ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

function clause(reason: string, message: string | undefined): string {
  return message === undefined || message === '' ? reason : `${reason}: ${shorten(message)}`;
}
