/** Which faults strike, in which order and with which pauses: all of it from the seed. */
import { Random } from '../random';
import type { Fault } from './faults/fault';

export interface Planned {
  fault: Fault;
  /** Seconds after the one before. */
  pause: number;
  /** For its choice of a victim and of its length. */
  random: Random;
}

const PAUSE = [0.3, 2.5] as const;

/** Of one round: a number that no other round of this seed has. */
export function roundSeed(seed: number, round: number): number {
  return (Math.imul(seed, 1_000_003) + round) >>> 0;
}

/** Without end; every kind comes before any comes again. Each draws from chance of its own: nothing shifts the others. */
export function* schedule(faults: readonly Fault[], seed: number): Generator<Planned, never> {
  const random = new Random(seed);
  for (;;) {
    for (const fault of shuffled(faults, random)) {
      const pause = random.between(...PAUSE);
      yield { fault, pause, random: new Random(Math.floor(random.next() * 2 ** 32)) };
    }
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const deck = [...list];
  for (let place = deck.length - 1; place > 0; place -= 1) {
    const other = Math.floor(random.next() * (place + 1));
    [deck[place], deck[other]] = [deck[other]!, deck[place]!];
  }
  return deck;
}
