/** Virtual time: jobs take what they take, and the scheduler is asked whenever one ends. */
import type { EstateVm } from './estate';
import { secondsOf, type Job, type LogEntry, type Scheduler } from './jobs';

interface Running {
  endsAt: number;
  /** Of two that end in the same second, the one that started first ends first. */
  number: number;
  job: Job;
}

/** Until nothing runs. Whether everything was done is the checker's to say. */
export function simulate(scheduler: Scheduler): LogEntry[] {
  const log: LogEntry[] = [];
  const running = new Heap();
  const copied = new Map<EstateVm, number>();
  const start = (jobs: readonly Job[], now: number) => {
    for (const job of jobs) {
      log.push({ at: now, what: 'start', job });
      running.push({ endsAt: now + secondsOf(job), number: log.length, job });
    }
  };
  start(scheduler.begin(), 0);
  for (let next = running.pop(); next !== undefined; next = running.pop()) {
    const { endsAt, job } = next;
    log.push({ at: endsAt, what: 'end', job });
    const done = (copied.get(job.vm) ?? 0) + (job.disk === null ? 0 : 1);
    copied.set(job.vm, done);
    start(scheduler.ended(job, job.vm.disks.length - done, endsAt), endsAt);
  }
  return log;
}

/** The one that ends next is on top. */
class Heap {
  private readonly items: Running[] = [];

  push(item: Running): void {
    const items = this.items;
    let place = items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (!isBefore(item, items[parent]!)) break;
      items[place] = items[parent]!;
      place = parent;
    }
    items[place] = item;
  }

  pop(): Running | undefined {
    const items = this.items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= items.length) break;
      const right = left + 1;
      const child = right < items.length && isBefore(items[right]!, items[left]!) ? right : left;
      if (!isBefore(items[child]!, last)) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = last;
    return top;
  }
}

function isBefore(a: Running, b: Running): boolean {
  return a.endsAt < b.endsAt || (a.endsAt === b.endsAt && a.number < b.number);
}
