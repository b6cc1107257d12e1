/** Faults of connections, on the way between a worker or an importer and a server. */
import type { Random } from '../../random';
import type { Link } from '../link';
import { type Fault, pick, type World } from './fault';

type Choose = (world: World, random: Random) => Link | null;

/** Longer than any answer of a server that is well. */
const HELD = [3, 12] as const;
const SLOW_SECONDS = [5, 15] as const;
const SLOW_MS = [100, 600] as const;

export function cut(what: string, choose: Choose): Fault {
  return fault(choose, {
    name: `connections to ${what} cut`,
    does: 'every connection is reset',
    undone: 'new connections are good at once',
    strike: (link) => ({ seconds: 0, begin: () => link.cut(), end: () => undefined }),
  });
}

export function held(what: string, choose: Choose): Fault {
  return fault(choose, {
    name: `answers of ${what} held back`,
    does: `nothing passes for ${HELD[0]} to ${HELD[1]} s, and new connections stay silent`,
    undone: 'everything passes, in order',
    strike: (link, random) => ({
      seconds: random.between(...HELD),
      begin: () => link.hold(),
      end: () => link.release(),
    }),
  });
}

export function halfOpen(what: string, choose: Choose): Fault {
  return fault(choose, {
    name: `connections to ${what} half-open`,
    does: 'connections stay, and carry nothing any more',
    undone: 'never; new connections are good at once',
    strike: (link) => ({ seconds: 0, begin: () => link.halfOpen(), end: () => undefined }),
  });
}

export function slowed(what: string, choose: Choose): Fault {
  return fault(choose, {
    name: `connections to ${what} slowed`,
    does: `each piece takes ${SLOW_MS[0]} to ${SLOW_MS[1]} ms longer, for ${SLOW_SECONDS[0]} to ${SLOW_SECONDS[1]} s`,
    undone: 'the delay ends',
    strike: (link, random) => {
      const ms = random.between(...SLOW_MS);
      return {
        seconds: random.between(...SLOW_SECONDS),
        begin: () => link.slow(ms),
        end: () => link.slow(0),
      };
    },
  });
}

const DOUBLED_SECONDS = [5, 15] as const;

/** What is encrypted can't be said twice by who does not have the key: this is for plain connections. */
export function doubled(what: string, choose: Choose): Fault {
  return fault(choose, {
    name: `connections to ${what} doubled`,
    does: `for ${DOUBLED_SECONDS[0]} to ${DOUBLED_SECONDS[1]} s all that the client says reaches the server twice, and one answer is lost`,
    undone: 'the second connections end',
    strike: (link, random) => ({
      seconds: random.between(...DOUBLED_SECONDS),
      begin: () => link.double(),
      end: () => link.undouble(),
    }),
  });
}

interface Strike {
  seconds: number;
  begin(): void;
  end(): void;
}

function fault(
  choose: Choose,
  { strike, ...about }: Omit<Fault, 'aim'> & { strike(link: Link, random: Random): Strike },
): Fault {
  return {
    ...about,
    aim: (world, random) => {
      const link = choose(world, random);
      return link && { on: link.name, ...strike(link, random) };
    },
  };
}

export const toVcenter: Choose = ({ vcenter }) => vcenter;
export const toTemporal: Choose = ({ workers }, random) => pick(workers, random)?.temporal ?? null;
export const toKubernetes: Choose = ({ workers }, random) => pick(workers, random)?.kubernetes ?? null;
