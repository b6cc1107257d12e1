/** Lets faults strike one after the other, several at once where they last, until enough have struck. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Aim, World } from './faults/fault';
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

/** How often each kind struck, by its name. Every fault is undone when this resolves. */
export async function rage({
  world,
  plan,
  faults,
  timeline,
  over,
}: StormOptions): Promise<Map<string, number>> {
  const struck = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  for (let count = 0; count < faults && !over();) {
    const { fault, pause, random } = plan.next().value;
    await delay(pause * 1000);
    const aim = await aimed(() => fault.aim(world, random));
    if (aim === null || running.has(aim.on)) continue;
    while (running.size >= AT_ONCE) await Promise.race(running.values());
    if (!(await strikes(aim, fault.name, timeline))) continue;
    count += 1;
    struck.set(fault.name, (struck.get(fault.name) ?? 0) + 1);
    running.set(
      aim.on,
      undone(aim, fault.name, timeline).finally(() => running.delete(aim.on)),
    );
  }
  await Promise.all(running.values());
  return struck;
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
