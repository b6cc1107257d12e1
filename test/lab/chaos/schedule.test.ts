import { FAULTS } from '../../../lab/chaos/faults';
import { type Planned, roundSeed, schedule } from '../../../lab/chaos/schedule';

function first(count: number, seed: number): { name: string; pause: number; chance: number }[] {
  const plan = schedule(FAULTS, seed);
  return Array.from({ length: count }, () => {
    const { fault, pause, random }: Planned = plan.next().value;
    return { name: fault.name, pause, chance: random.next() };
  });
}

test('a seed gives the same faults, pauses and chances again', () => {
  expect(first(100, 7)).toEqual(first(100, 7));
});

test('another seed, and another round of it, give another order', () => {
  const names = (seed: number) => first(20, seed).map(({ name }) => name);
  expect(names(7)).not.toEqual(names(8));
  expect(names(roundSeed(7, 1))).not.toEqual(names(roundSeed(7, 2)));
});

test('every kind strikes before any strikes again', () => {
  const names = first(2 * FAULTS.length, 3).map(({ name }) => name);
  const all = FAULTS.map(({ name }) => name).sort();
  expect(names.slice(0, FAULTS.length).sort()).toEqual(all);
  expect(names.slice(FAULTS.length).sort()).toEqual(all);
});

test('no two kinds have one name', () => {
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
});
