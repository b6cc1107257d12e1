/** Faults strike until enough have, and those of short-lived victims lie in wait for them. */
import type { Aim, Fault, World } from '../../../lab/chaos/faults/fault';
import type { Planned } from '../../../lab/chaos/schedule';
import { rage } from '../../../lab/chaos/storm';
import { Timeline } from '../../../lab/chaos/timeline';
import { Random } from '../../../lab/random';

const world = {} as World;

function faultOf(name: string, aim: () => Aim | null, more: Partial<Fault> = {}): Fault {
  return { name, does: '', undone: '', aim, ...more };
}

function strike(on: string, begin: () => void = () => undefined): Aim {
  return { on, seconds: 0, begin, end: () => undefined };
}

function* inTurn(faults: readonly Fault[]): Generator<Planned, never> {
  for (;;) for (const fault of faults) yield { fault, pause: 0, random: new Random(1) };
}

function storm(faults: readonly Fault[], count: number, over = () => false): Promise<Map<string, number>> {
  const timeline = new Timeline(Date.now(), () => undefined);
  return rage({ world, plan: inTurn(faults), faults: count, timeline, over });
}

function sum(struck: ReadonlyMap<string, number>): number {
  return [...struck.values()].reduce((total, count) => total + count, 0);
}

test('a fault of what runs for moments lies in wait for it, while others strike', async () => {
  let [others, isCaught] = [0, false];
  const usual = faultOf('usual', () => strike('what is always there', () => void (others += 1)));
  const caught = strike('what came at last', () => void (isCaught = true));
  const rare = faultOf('rare', () => (others < 40 || isCaught ? null : caught), { lurks: true });

  const struck = await storm([rare, usual], 10_000, () => isCaught);

  expect(struck.get('rare')).toBe(1);
  expect(struck.get('usual')).toBe(others);
});

test('as many strike as were asked for, also where some lie in wait', async () => {
  const usual = faultOf('usual', () => strike('this'));
  const lurking = ['a', 'b', 'c'].map((name) => faultOf(name, () => strike(name), { lurks: true }));

  expect(sum(await storm([...lurking, usual], 25))).toBe(25);
});

test.each([{}, { lurks: true } as const])(
  'a fault whose victim was gone this instant does not count, also if it lay in wait: %j',
  async (how) => {
    const flees = () =>
      strike('what was there', () => {
        throw new Error('kill ESRCH');
      });
    const usual = faultOf('usual', () => strike('this'));

    expect(await storm([faultOf('gone', flees, how), usual], 3)).toEqual(new Map([['usual', 3]]));
  },
);
