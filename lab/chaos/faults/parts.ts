/** Faults of whole processes: killed and started again, or frozen for a while. */
import type { Random } from '../../random';
import type { Part } from '../part';
import { type Aim, type Fault, pick, type World } from './fault';

type Span = readonly [low: number, high: number];
type Choose = (world: World, random: Random) => Part | null;

/** Seconds until a killed process is started again. */
const DOWN: Span = [0.1, 3];
const RESTARTED = 'it is started again within 3 s, as it was';

export function killed(what: string, choose: Choose): Fault {
  return {
    name: `${what} killed`,
    does: 'SIGKILL',
    undone: RESTARTED,
    aim: (world, random) => {
      const part = choose(world, random);
      return (
        part && aim(part, random.between(...DOWN), { begin: () => part.kill(), end: () => part.start() })
      );
    },
  };
}

export function frozen(what: string, choose: Choose, span: Span): Fault {
  return {
    name: `${what} frozen`,
    does: `SIGSTOP for ${span[0]} to ${span[1]} s`,
    undone: 'SIGCONT',
    aim: (world, random) => {
      const part = choose(world, random);
      return (
        part && aim(part, random.between(...span), { begin: () => part.freeze(), end: () => part.thaw() })
      );
    },
  };
}

function aim(part: Part, seconds: number, acts: Pick<Aim, 'begin' | 'end'>): Aim {
  return { on: part.name, seconds, ...acts };
}

export function part(name: string): Choose {
  return ({ parts }) => parts.get(name) ?? null;
}

export function anyWorker({ workers }: World, random: Random): Part | null {
  return pick(workers, random)?.part ?? null;
}
