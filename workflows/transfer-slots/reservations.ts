/**
 * Nobody waits for ever. The order prefers some, and an endless stream of them would keep others waiting, so that the oldest
 * get something that those who asked later do not take.
 *
 * A request that has waited for `OVERTAKE_SECONDS` is overdue. Of each pool, the oldest overdue request that needs it is its
 * *next by age*; of all of its pools or of none, so that no two wait for each other. After every `TURNS` grants of a pool,
 * its last free unit is kept for its next by age until that has all that it needs. So the oldest is overtaken at most
 * `TURNS` times at a pool that is full, and at most one unit of a pool idles for it. Three quarters of all grants still go
 * by the order: a backlog that is overdue as a whole holds up no disk of a source that is off, and no VM of higher priority.
 */
import type { Pool, Request, Slots } from './state';

/** Half an hour: about as long as a disk of MTV's lab takes on a busy host. */
export const OVERTAKE_SECONDS = 1_800;

/** How many grants of a pool go by the order before one goes by age. */
export const TURNS = 3;

export type NextByAge = ReadonlyMap<Pool, Request>;

export function nextByAge({ byAge }: Slots, now: number): NextByAge {
  const next = new Map<Pool, Request>();
  for (const request of byAge) {
    if (now - request.askedAt < OVERTAKE_SECONDS) break;
    const { pools } = request.line;
    // Where none may copy, nobody's turn comes, and nothing is kept for one who can't have the rest.
    if (pools.some((pool) => pool.limit === 0 || next.has(pool))) continue;
    for (const pool of pools) next.set(pool, request);
  }
  return next;
}

/** Whether each of its pools has a unit for it. */
export function fits(request: Request, next: NextByAge): boolean {
  return request.line.pools.every((pool) => unitsFor(pool, request, next) > 0);
}

function unitsFor(pool: Pool, request: Request, next: NextByAge): number {
  return pool.limit - pool.used - (isKeptFrom(request, pool, next) ? 1 : 0);
}

/** Whether the pool's last free unit is kept for another request. */
export function isKeptFrom(request: Request, pool: Pool, next: NextByAge): boolean {
  const first = next.get(pool);
  return first !== undefined && first !== request && pool.turns >= TURNS;
}

/** Counts a grant. */
export function countTurn(request: Request, next: NextByAge): void {
  for (const pool of request.line.pools) {
    pool.turns = next.get(pool) === request ? 0 : Math.min(TURNS, pool.turns + 1);
  }
}
