/**
 * What keeps a Job's Pod from starting. The Pod itself names most reasons. Drover asks for events only where no other
 * reason is known: the events of a Pod that stays pending, and of a Job that gets no Pod.
 */
import type { ApiClient } from '../api/api-client';
import { type Event, type Job, JOBS, type Pod } from '../api/kinds';
import { Questions } from '../waiting/questions';
import { eventsAbout } from './events';
import { type StartDelay, startDelay, whyNoPod } from './pod-reasons';

/** Most Pods run before Drover asks for events the first time. */
const PAUSES = { first: 6_000, next: 5_000, rarest: 40_000 };

/** A Job without a Pod. */
export type MissingPod =
  /** The Job is gone, or has failed: it will never have a Pod. */
  | { over: true }
  /** `since`: when the Job was made, milliseconds since the epoch. */
  | { over: false; since: number; delay: StartDelay | null };

export class StartDelays {
  private events: Event[] = [];
  private missing: MissingPod | null = null;
  private readonly questions = new Questions(PAUSES);

  constructor(private readonly api: ApiClient) {}

  /** Null where the Pod runs, or where no reason is known. */
  async ofPod(pod: Pod): Promise<StartDelay | null> {
    const known = startDelay(pod, this.events);
    const { uid, namespace } = pod.metadata ?? {};
    if (pod.status?.phase !== 'Pending' || startDelay(pod) !== null || !this.questions.isTime()) return known;
    this.events = await this.questions.ask(() => this.eventsOf(namespace, uid));
    return startDelay(pod, this.events);
  }

  /** Null while it is too early to say. */
  async ofJob({ name, namespace }: { name: string; namespace: string }): Promise<MissingPod | null> {
    if (!this.questions.isDue()) return this.missing;
    // Whether it is over decides what happens next, so it waits for nobody's turn.
    const job = await this.api.find(JOBS, { name, namespace });
    if (job === null || hasFailed(job)) return { over: true };
    if (!this.questions.isTime()) return this.missing;
    this.events = await this.questions.ask(() => this.eventsOf(namespace, job.metadata?.uid));
    const since = Date.parse(job.metadata?.creationTimestamp ?? '') || Date.now();
    this.missing = { over: false, since, delay: whyNoPod(this.events) };
    return this.missing;
  }

  /** Events only explain a delay to people. If they can't be read, the last known ones stay. */
  private async eventsOf(namespace: string | undefined, uid: string | undefined): Promise<Event[]> {
    try {
      return await eventsAbout(this.api, { namespace, field: 'involvedObject.uid', value: uid });
    } catch {
      return this.events;
    }
  }
}

function hasFailed({ status }: Job): boolean {
  return (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Failed' && holds === 'True');
}
