/**
 * What keeps a Job's Pod from starting. Most of it stands in the Pod; what does not is asked for while nothing else
 * is heard: the events of a Pod that stays pending, and of a Job that gets no Pod.
 */
import { withField } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { EVENTS, type Event, type Job, JOBS, type Pod } from '../api/kinds';
import { type StartDelay, startDelay, whyNoPod } from './pod-reasons';

/** An ordinary start is over by then, and nothing is asked. */
const FIRST_LOOK_MS = 6_000;
/** Between two looks at the same Pod or Job; it grows to the latter. */
const NEXT_LOOK_MS = 5_000;
const RAREST_LOOK_MS = 40_000;
/** One cause is one event, however often it happens: more are not of one Pod. */
const MOST_EVENTS = 100;

/** A Job without a Pod. */
export type MissingPod =
  /** Gone, or failed: it will never have one. */
  | { over: true }
  /** `since`: when the Job was made, milliseconds since the epoch. */
  | { over: false; since: number; delay: StartDelay | null };

export class StartDelays {
  private events: Event[] = [];
  private missing: MissingPod | null = null;
  private pause = NEXT_LOOK_MS;
  private nextLook = Date.now() + FIRST_LOOK_MS;

  constructor(private readonly api: ApiClient) {}

  /** Null where the Pod runs, or nothing is known to keep it. */
  async ofPod(pod: Pod): Promise<StartDelay | null> {
    const known = startDelay(pod, this.events);
    const { uid, namespace } = pod.metadata ?? {};
    if (pod.status?.phase !== 'Pending' || startDelay(pod) !== null || !this.isTime()) return known;
    this.events = await this.ask(namespace, withField('involvedObject.uid', uid));
    return startDelay(pod, this.events);
  }

  /** Null while it is too early to say. */
  async ofJob({ name, namespace }: { name: string; namespace: string }): Promise<MissingPod | null> {
    if (!this.isTime()) return this.missing;
    const job = await this.api.find(JOBS, { name, namespace });
    if (job === null || hasFailed(job)) return { over: true };
    this.events = await this.ask(namespace, withField('involvedObject.uid', job.metadata?.uid));
    const since = Date.parse(job.metadata?.creationTimestamp ?? '') || Date.now();
    this.missing = { over: false, since, delay: whyNoPod(this.events) };
    return this.missing;
  }

  private isTime(): boolean {
    if (Date.now() < this.nextLook) return false;
    this.nextLook = Date.now() + this.pause;
    this.pause = Math.min(RAREST_LOOK_MS, this.pause * 2);
    return true;
  }

  /** Nothing depends on them but what people read. */
  private async ask(namespace: string | undefined, fieldSelector: string): Promise<Event[]> {
    try {
      return (await this.api.list(EVENTS, { namespace, fieldSelector, limit: MOST_EVENTS })).items;
    } catch {
      return this.events;
    }
  }
}

function hasFailed({ status }: Job): boolean {
  return (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Failed' && holds === 'True');
}
