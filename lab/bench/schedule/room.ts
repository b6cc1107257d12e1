/** Counts what is used of each resource: for the schedulers that Drover is compared with. */
import type { Job } from './jobs';
import { usesOf, type KindLimits } from './uses';

interface Meter {
  limit: number;
  used: number;
}

interface Waiting {
  number: number;
  job: Job;
}

/** Jobs that use the same. */
interface Group {
  meters: Meter[];
  /** First come, first; from `next` on. */
  waiting: Waiting[];
  next: number;
}

/** The jobs that wait, in the order in which they came; each starts as soon as there is room for it, also past others. */
export class FirstFit {
  private readonly meters = new Map<string, Meter>();
  private readonly groups = new Map<string, Group>();
  private came = 0;

  constructor(private readonly limits: KindLimits) {}

  add(jobs: readonly Job[]): Job[] {
    for (const job of jobs) {
      this.came += 1;
      this.groupOf(job).waiting.push({ number: this.came, job });
    }
    return this.start();
  }

  ended(job: Job): Job[] {
    for (const meter of this.groupOf(job).meters) meter.used -= 1;
    return this.start();
  }

  private start(): Job[] {
    const started: Job[] = [];
    for (let group = this.first(); group !== null; group = this.first()) {
      for (const meter of group.meters) meter.used += 1;
      started.push(group.waiting[group.next]!.job);
      group.next += 1;
    }
    return started;
  }

  /** The group of the one that came first of all for which there is room. */
  private first(): Group | null {
    let first: Group | null = null;
    let number = Infinity;
    for (const group of this.groups.values()) {
      const candidate = group.waiting[group.next];
      if (candidate === undefined || candidate.number > number) continue;
      if (group.meters.some(({ used, limit }) => used >= limit)) continue;
      first = group;
      number = candidate.number;
    }
    return first;
  }

  private groupOf(job: Job): Group {
    const uses = usesOf(job);
    const id = uses.map(({ name }) => name).join('\n');
    const known = this.groups.get(id);
    if (known !== undefined) return known;
    const group = { meters: uses.map(({ kind, name }) => this.meterOf(kind, name)), waiting: [], next: 0 };
    this.groups.set(id, group);
    return group;
  }

  private meterOf(kind: keyof KindLimits, name: string): Meter {
    const meter = this.meters.get(name) ?? { limit: this.limits[kind], used: 0 };
    this.meters.set(name, meter);
    return meter;
  }
}
