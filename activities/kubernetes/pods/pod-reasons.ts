/** Why a Pod does not run, or ended badly, in one clause that an operator understands. */
import { shorten } from '../api/errors';
import type { Event, Pod } from '../api/kinds';
import { containerStatuses, hasBegun } from './pod-containers';

/** What a Pod that does not run yet waits for. */
export interface StartDelay {
  /** `ImagePullBackOff: …`: the cluster's own word for it, and what it says. */
  clause: string;
  /**
   * `ordinary`: every Pod goes through it. `trouble`: the cluster goes on trying, and someone may have to mend it.
   * `final`: no other try of the same Pod can go better.
   */
  kind: 'ordinary' | 'trouble' | 'final';
}

/** The ordinary way of every container, no reason to name. */
const ORDINARY_WAITS = ['ContainerCreating', 'PodInitializing'];
/** A name that can't be read can't be pulled, ever. */
const FINAL_WAITS = ['InvalidImageName'];

/** What the last event of a Pod that was given to a node says of its start. Others do not count. */
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

/** Null where the Pod runs, or has said nothing yet. */
export function whyWaiting(pod: Pod, events: readonly Event[] = []): string | null {
  return startDelay(pod, events)?.clause ?? null;
}

/** Null as above. Events are optional: troubles of volumes and networks show only there. */
export function startDelay(pod: Pod, events: readonly Event[] = []): StartDelay | null {
  return whyUnscheduled(pod) ?? whyContainerWaits(pod) ?? whyNotStarted(pod, events);
}

function whyUnscheduled(pod: Pod): StartDelay | null {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return null;
  return { clause: clause(scheduled.reason ?? 'Unschedulable', scheduled.message), kind: 'trouble' };
}

/** Once ours has begun, it's no matter what a container waits for that the cluster has added. */
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

/** Why a Job has no Pod: the Job controller was refused one. */
export function whyNoPod(events: readonly Event[]): StartDelay | null {
  const refused = latest(events.filter(({ reason }) => reason === 'FailedCreate'));
  return refused === undefined
    ? null
    : { clause: clause('no Pod could be made', refused.message), kind: 'trouble' };
}

/** Why a container ended badly, where it did not say so itself: `OOMKilled, exit code 137`. */
export function whyEnded(pod: Pod, container: string): string {
  const disrupted = whyDisrupted(pod);
  const ended = containerStatuses(pod).find(({ name }) => name === container)?.state?.terminated;
  if (ended === undefined) return disrupted ?? 'it did not end by itself';
  const reason = ended.reason === undefined || ended.reason === 'Error' ? [] : [shorten(ended.reason)];
  const own = [...reason, `exit code ${shorten(String(ended.exitCode))}`].join(', ');
  return disrupted === null ? own : `${disrupted} (${own})`;
}

/** Who took the Pod away: its node's kubelet, the eviction API, the scheduler, a taint. Null where nobody did. */
export function whyDisrupted(pod: Pod): string | null {
  if (pod.status?.reason === 'Evicted') return clause('Evicted', pod.status.message);
  const disrupted = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  return disrupted === undefined ? null : clause(disrupted.reason ?? 'Disrupted', disrupted.message);
}

/** Events that repeat are counted in the first one's object: the list's own order says nothing. */
export function latest(events: readonly Event[]): Event | undefined {
  const time = ({ lastTimestamp, eventTime, metadata }: Event) =>
    Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '') || 0;
  return [...events].sort((one, other) => time(one) - time(other)).at(-1);
}

function clause(reason: string, message: string | undefined): string {
  const why = shorten(reason);
  return message === undefined || message === '' ? why : `${why}: ${shorten(message)}`;
}
