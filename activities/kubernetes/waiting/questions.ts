/**
 * When waits ask the cluster why something has not happened yet. Such a question costs the API server a look at all events
 * of a namespace, for it has no index of them: where much waits, questions of every wait would make it wait longer. So all
 * waits of this process take turns, and leave the cluster alone for a multiple of the time that the last answer took.
 */

/** Milliseconds between two questions of all waits together, at least. */
const BETWEEN_MS = 250;
/** Of the time that the answer to a question took: asking takes a fifth of the time at most. */
const REST = 4;
/** Milliseconds. A cluster that took minutes for one answer is asked again nevertheless. */
const LONGEST_REST_MS = 60_000;
/** Milliseconds. Whoever has not wanted to ask for so long waits no more. */
const GONE_MS = 15_000;

/** Whoever has waited this part of the time of the one that has waited longest may ask, too. */
const SHARE = 0.8;

/** When the cluster may be asked again, in milliseconds since the epoch. */
let free = 0;
let asking = false;
/** Who wants to ask, longest first: since when, and when it said so last. */
const line = new Map<object, { since: number; last: number }>();

export interface Pauses {
  /** Milliseconds until the first question: most waits end before. */
  first: number;
  /** Milliseconds between two questions, at least. */
  next: number;
  /** The pause doubles with each question up to this one. Default: it stays as it is. */
  rarest?: number;
}

/** Of one wait. */
export class Questions {
  private pause: number;
  private next: number;

  constructor(private readonly pauses: Pauses) {
    this.pause = pauses.next;
    this.next = Date.now() + pauses.first;
  }

  /** As if the wait had begun just now. */
  beginAnew(): void {
    this.pause = this.pauses.next;
    this.next = Date.now() + this.pauses.first;
    line.delete(this);
  }

  /** Whether it would ask now, if all others let it. */
  isDue(): boolean {
    return Date.now() >= this.next;
  }

  /** Whether it may ask now: not too early, and its turn. */
  isTime(): boolean {
    if (!this.isDue()) return false;
    const now = Date.now();
    const { since } = line.get(this) ?? { since: now };
    line.set(this, { since, last: now });
    return !asking && now >= free && isNext(since, now);
  }

  /** @throws what the question throws */
  async ask<R>(question: () => Promise<R>): Promise<R> {
    const began = Date.now();
    line.delete(this);
    this.next = began + this.pause;
    this.pause = Math.min(this.pauses.rarest ?? this.pause, this.pause * 2);
    asking = true;
    try {
      return await question();
    } finally {
      asking = false;
      const took = Math.max(0, Date.now() - began);
      free = Date.now() + Math.min(LONGEST_REST_MS, Math.max(BETWEEN_MS, took * REST));
    }
  }
}

/** Waits look only now and then whether they may, so the turn is not that one's alone which has waited longest. */
function isNext(since: number, now: number): boolean {
  for (const [who, { last }] of line) if (last < now - GONE_MS) line.delete(who);
  const [longest] = line.values();
  return longest === undefined || now - since >= SHARE * (now - longest.since);
}
