/** Windows that open and close while a test waits, which those of the calendar do not. */
import type { WindowActivities } from '../../activities/interfaces';
import type { Standing } from '../../plan/windows';

/** @param edges when they change, in milliseconds since 1970, in order; a test may add some later */
export function windowsThat(first: 'open' | 'shut', edges: number[]): WindowActivities {
  return {
    lookAtWindows: (_, at) => {
      const passed = edges.filter((edge) => edge <= Date.parse(at)).length;
      const next = edges[passed];
      return Promise.resolve(standing((first === 'open') === (passed % 2 === 0), next));
    },
  };
}

/** How soon who finds them shut is to look again. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Windows that stay shut until the test has seen what it wants to see, however long that takes: whoever looks is told
 * that they open in a moment, and is told so again then.
 */
export class WindowsByHand implements WindowActivities {
  /** What those who looked were told, in order. */
  readonly told: Standing[] = [];
  private opened = Infinity;

  /** @param closes until when they are open at first, in milliseconds since 1970; absent: they are shut at first */
  constructor(readonly closes = -Infinity) {}

  /** @returns since when they are open, for good */
  open(): number {
    this.opened = Date.now();
    return this.opened;
  }

  lookAtWindows(_: unknown, at: string): Promise<Standing> {
    this.told.push(this.standingAt(Date.parse(at)));
    return Promise.resolve(this.told.at(-1)!);
  }

  /** Whether who looked first found them open. */
  get wereOpen(): boolean {
    return this.told[0]?.open === true;
  }

  /** Whether anybody found them shut. */
  get foundShut(): boolean {
    return this.told.some(({ open }) => !open);
  }

  private standingAt(now: number): Standing {
    if (now >= this.opened) return standing(true);
    return now < this.closes ? standing(true, this.closes) : standing(false, now + LOOK_AGAIN_MS);
  }
}

/** On a busy machine a test may come too late for its window: then it begins anew, with a window that is longer open. */
const OPEN_FOR_MS = [4_000, 12_000, 36_000];

/**
 * @param look what happens with windows that close soon; false where they closed too early for that
 * @throws Error where no time was long enough
 */
export async function whileOpen(look: (windows: WindowsByHand) => Promise<boolean>): Promise<void> {
  for (const milliseconds of OPEN_FOR_MS)
    if (await look(new WindowsByHand(Date.now() + milliseconds))) return;
  throw new Error(`nothing came about within ${OPEN_FOR_MS.at(-1)! / 1000} s`);
}

function standing(open: boolean, next?: number): Standing {
  const until = next === undefined ? null : new Date(next).toISOString();
  return { open, until, local: until === null ? null : `at ${until}` };
}
