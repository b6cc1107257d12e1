/**
 * Keys to work on, as in Kubernetes' controllers. One worker at a time works on a key, once, even if the key was added
 * several times meanwhile. A key that fails comes again after a pause that doubles from 5 ms to 1000 s.
 * Source (client-go 0.34.4): util/workqueue/default_rate_limiters.go.
 */

import { ApiError } from './cluster';

/** What became of one look at a key. */
export type Outcome =
  /** Nothing is left to do until something changes. */
  | 'done'
  /** Look again after the key's growing pause, or when something changes. */
  | 'backOff'
  /** Look again after this number of milliseconds. */
  | number;

export interface WorkQueueOptions {
  /** Names the queue in the log. */
  name: string;
  work: (key: string) => Promise<Outcome>;
  log: (line: string) => void;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 1_000_000;
const WORKERS = 8;

interface LaterLook {
  /** When, in milliseconds since 1970. */
  at: number;
  timer: NodeJS.Timeout;
}

export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly working = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly later = new Map<string, LaterLook>();
  private stopped = false;

  constructor(private readonly options: WorkQueueOptions) {}

  add(key: string): void {
    if (this.stopped) return;
    this.waiting.add(key);
    this.next();
  }

  stop(): void {
    this.stopped = true;
    this.later.forEach(({ timer }) => clearTimeout(timer));
    this.waiting.clear();
  }

  private next(): void {
    if (this.working.size >= WORKERS) return;
    for (const key of this.waiting) {
      if (this.working.has(key)) continue;
      this.waiting.delete(key);
      this.working.add(key);
      void this.run(key);
      return this.next();
    }
  }

  private async run(key: string): Promise<void> {
    const outcome = await this.workOn(key);
    this.working.delete(key);
    if (outcome === 'backOff') {
      this.addAfter(key, this.nextPause(key));
    } else {
      this.failures.delete(key);
      if (outcome !== 'done') this.addAfter(key, outcome);
    }
    this.next();
  }

  private async workOn(key: string): Promise<Outcome> {
    try {
      return await this.options.work(key);
    } catch (error) {
      // A conflict means that the cache was a moment behind: the next look sees more.
      const conflict = error instanceof ApiError && error.status === 409;
      if (!this.stopped && !conflict) {
        const reason = error instanceof Error ? error.message : String(error);
        this.options.log(`${this.options.name} ${key}: ${reason}`);
      }
      return 'backOff';
    }
  }

  private nextPause(key: string): number {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    return Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  }

  /** A key has one look ahead of it at most: the earliest that was asked for. */
  private addAfter(key: string, milliseconds: number): void {
    if (this.stopped) return;
    const at = Date.now() + milliseconds;
    const known = this.later.get(key);
    if (known && known.at <= at) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.later.delete(key);
      this.add(key);
    }, milliseconds);
    this.later.set(key, { at, timer });
  }
}
