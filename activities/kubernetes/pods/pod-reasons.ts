/** Why a Pod does not run, or ended badly, in one clause that an operator understands. */
import { shorten } from '../api/errors';
import type { Event, Pod } from '../api/kinds';
import { containerStatuses, hasBegun } from './pod-containers';

/** What a Pod waits for before it runs. */
export interface StartDelay {
  /** The cluster's reason and message, as `ImagePullBackOff: …`. */
  clause: string;
  /**
   * `ordinary`: every Pod waits for this. `trouble`: the cluster goes on trying, and someone may have to mend the
   * cause. `final`: no further attempt with an equal Pod can succeed.
   */
  kind: 'ordinary' | 'trouble' | 'final';
}

/** Every container waits so at first (Kubernetes 1.34, pkg/kubelet/kubelet_pods.go). The clause does not name them. */
const ORDINARY_WAITS = ['ContainerCreating', 'PodInitializing'];
/** The kubelet can never pull an image whose name it can't parse (Kubernetes 1.34, pkg/kubelet/images/types.go). */
const FINAL_WAITS = ['InvalidImageName'];

/**
 * What an event of a Pod means for its start on a node. Other events do not count.
 * Source: Kubernetes 1.34, pkg/kubelet/events/event.go.
 */
const START_EVENTS: ReadonlyMap<string, 'ordinary' | 'trouble' | 'passed'> = new Map([
  ['FailedMount', 'trouble'],
  ['FailedMapVolume', 'trouble'],
  ['FailedAttachVolume', 'trouble'],
  ['SuccessfulAttachVolume', 'passed'],
  ['FailedCreatePodSandBox', 'trouble'],
  ['NetworkNotReady', 'trouble'],
  ['Pulling', 'ordinary'],
  ['Pulled', 'passed'],
]);

/** Null where the Pod runs, or where the cluster has given no reason yet. */
export function whyWaiting(pod: Pod, events: readonly Event[] = []): string | null {
  return startDelay(pod, events)?.clause ?? null;
}

/** Null as for {@link whyWaiting}. Events are optional: only they show troubles with volumes and networks. */
export function startDelay(pod: Pod, events: readonly Event[] = []): StartDelay | null {
  return whyUnscheduled(pod) ?? whyContainerWaits(pod) ?? whyNotStarted(pod, events);
}

function whyUnscheduled(pod: Pod): StartDelay | null {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return null;
  return { clause: clause(scheduled.reason ?? 'Unschedulable', scheduled.message), kind: 'trouble' };
}

/** Null once a container that does the work has begun: a container that the cluster added may wait for anything. */
function whyContainerWaits(pod: Pod): StartDelay | null {
  if (hasBegun(pod)) return null;
  for (const { state } of containerStatuses(pod)) {
    const waiting = state?.waiting;
    if (waiting?.reason === undefined || ORDINARY_WAITS.includes(waiting.reason)) continue;
    const kind = FINAL_WAITS.includes(waiting.reason) ? 'final' : 'trouble';
    return { clause: clause(waiting.reason, waiting.message), kind };
  }
  return null;
}

function whyNotStarted(pod: Pod, events: readonly Event[]): StartDelay | null {
  if (pod.status?.phase !== 'Pending') return null;
  const telling = events.filter(({ reason }) => START_EVENTS.has(reason ?? ''));
  const last = latest(telling);
  const kind = START_EVENTS.get(last?.reason ?? '');
  if (last === undefined || kind === undefined || kind === 'passed') return null;
  return { clause: clause(last.reason ?? '', last.message), kind };
}

/** Why a Job has no Pod: the cluster refused the Job controller's Pod. */
export function whyNoPod(events: readonly Event[]): StartDelay | null {
  const refused = latest(events.filter(({ reason }) => reason === 'FailedCreate'));
  return refused === undefined
    ? null
    : { clause: clause('no Pod could be made', refused.message), kind: 'trouble' };
}

/** Why a container ended badly, if its own message does not say: `OOMKilled, exit code 137`. */
export function whyEnded(pod: Pod, container: string): string {
  const disrupted = whyDisrupted(pod);
  const ended = containerStatuses(pod).find(({ name }) => name === container)?.state?.terminated;
  if (ended === undefined) return disrupted ?? 'it did not end by itself';
  const reason = ended.reason === undefined || ended.reason === 'Error' ? [] : [shorten(ended.reason)];
  const own = [...reason, `exit code ${shorten(String(ended.exitCode))}`].join(', ');
  return disrupted === null ? own : `${disrupted} (${own})`;
}

/** Who ended the Pod from outside: the kubelet, the eviction API, the scheduler, or a taint. Null where nobody did. */
export function whyDisrupted(pod: Pod): string | null {
  if (pod.status?.reason === 'Evicted') return clause('Evicted', pod.status.message);
  const disrupted = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  return disrupted === undefined ? null : clause(disrupted.reason ?? 'Disrupted', disrupted.message);
}

/**
 * The newest event. Kubernetes counts repeated events in the first one's object, so the order of the list means
 * nothing.
 */
export function latest(events: readonly Event[]): Event | undefined {
  const time = ({ lastTimestamp, eventTime, metadata }: Event) =>
    Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '') || 0;
  return [...events].sort((one, other) => time(one) - time(other)).at(-1);
}

function clause(reason: string, message: string | undefined): string {
  const why = shorten(reason);
  return message === undefined || message === '' ? why : `${why}: ${shorten(message)}`;
}
