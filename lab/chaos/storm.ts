/** Lets faults strike one after the other, several at once where they last, until enough have struck. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Aim, Fault, World } from './faults/fault';
import type { Planned } from './schedule';
import type { Timeline } from './timeline';

/** More at once would leave nothing that works, and nothing to break. */
const AT_ONCE = 3;
/** Where the world does not even let a fault be aimed, it is left out. */
const AIM_MS = 5_000;

export interface StormOptions {
  world: World;
  plan: Iterator<Planned, never>;
  /** How many are to strike. */
  faults: number;
  timeline: Timeline;
  /** True once there is nothing left to strike: the storm ends early. */
  over: () => boolean;
}

/** In the lab a copy or a conversion runs for a second or two. A fault of these waits so long for one. */
const LURK_MS = 30_000;
const LOOK_MS = 100;

/** How often each kind struck, by its name. Every fault is undone when this resolves. */
export async function rage(options: StormOptions): Promise<Map<string, number>> {
  const { plan, over } = options;
  const storm = new Storm(options);
  while (!over()) {
    if (storm.isEnough) {
      // One that is counted may not strike after all.
      if (await storm.isSettled()) break;
      continue;
    }
    const planned = plan.next().value;
    await delay(planned.pause * 1000);
    if (planned.fault.lurks) storm.lieInWait(planned);
    else await storm.strike(planned);
  }
  return storm.end();
}

class Storm {
  private readonly struck = new Map<string, number>();
  /** By what they strike. */
  private readonly running = new Map<string, Promise<void>>();
  /** By the name of the fault. */
  private readonly lurking = new Map<string, Promise<void>>();
  private readonly ending = new AbortController();
  /** Counted, and about to strike. */
  private readonly striking = new Set<Promise<boolean>>();

  constructor(private readonly options: StormOptions) {}

  get isEnough(): boolean {
    const all = [...this.struck.values()].reduce((sum, count) => sum + count, 0);
    return all >= this.options.faults;
  }

  /** Once all that are about to strike have struck, or not. @returns whether it is still enough */
  async isSettled(): Promise<boolean> {
    await Promise.all(this.striking);
    return this.isEnough;
  }

  async end(): Promise<Map<string, number>> {
    this.ending.abort();
    await Promise.all([...this.lurking.values(), ...this.running.values()]);
    return this.struck;
  }

  async strike({ fault, random }: Planned): Promise<boolean> {
    const aim = await aimed(() => fault.aim(this.options.world, random));
    if (aim === null || this.running.has(aim.on)) return false;
    // What runs for moments only would be gone.
    while (!fault.lurks && this.running.size >= AT_ONCE) await Promise.race(this.running.values());
    if (this.isEnough) return false;
    const striking = this.countedStrike(aim, fault);
    this.striking.add(striking);
    if (!(await striking.finally(() => this.striking.delete(striking)))) return false;
    const undoing = undone(aim, fault.name, this.options.timeline);
    this.running.set(
      aim.on,
      undoing.finally(() => this.running.delete(aim.on)),
    );
    return true;
  }

  private async countedStrike(aim: Aim, fault: Fault): Promise<boolean> {
    this.count(fault, 1);
    const hasStruck = await strikes(aim, fault.name, this.options.timeline);
    if (!hasStruck) this.count(fault, -1);
    return hasStruck;
  }

  /** Until there is something to strike; a fault of which one lies in wait already is left out. */
  lieInWait(planned: Planned): void {
    const { name } = planned.fault;
    if (this.lurking.has(name)) return;
    this.lurking.set(
      name,
      this.untilStruck(planned).finally(() => this.lurking.delete(name)),
    );
  }

  private async untilStruck(planned: Planned): Promise<void> {
    const until = Date.now() + LURK_MS;
    while (!this.ending.signal.aborted && !this.isEnough && Date.now() < until) {
      if (await this.strike(planned)) return;
      await delay(LOOK_MS);
    }
  }

  private count({ name }: Fault, more: 1 | -1): void {
    const count = (this.struck.get(name) ?? 0) + more;
    if (count === 0) this.struck.delete(name);
    else this.struck.set(name, count);
  }
}

async function aimed(aim: () => Promise<Aim | null> | Aim | null): Promise<Aim | null> {
  const given = Promise.resolve(aim()).catch(() => null);
  return Promise.race([given, delay(AIM_MS, null, { ref: false })]);
}

/** False where its victim was gone this instant. */
async function strikes(aim: Aim, name: string, timeline: Timeline): Promise<boolean> {
  const lasts = aim.seconds === 0 ? '' : ` for ${aim.seconds.toFixed(1)} s`;
  timeline.add('storm', `${name}: ${aim.on}${lasts}`);
  try {
    await aim.begin();
    return true;
  } catch (error) {
    timeline.add('storm', `${name}: not struck (${(error as Error).message.split('\n')[0]})`);
    return false;
  }
}

async function undone(aim: Aim, name: string, timeline: Timeline): Promise<void> {
  if (aim.seconds === 0) return;
  await delay(aim.seconds * 1000);
  await aim.end();
  timeline.add('storm', `${name}: ${aim.on} is over`);
}
