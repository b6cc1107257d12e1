/**
 * Who holds what, and who waits for what, as data. Pure; times are whole seconds since the epoch.
 *
 * Who holds or asks is a migration, known by its workflow's id. What it asks for are requests: one for each disk, or one
 * for its conversion. Each needs one unit of some pools at once. Requests that need the same pools are of one line.
 */
import { defaultLimits, kindOf, type Limits, type Resource } from './resources';

/** One resource that some request needs. */
export interface Pool {
  resource: Resource;
  limit: number;
  /** Units that are held; more than `limit` where that was lowered meanwhile. */
  used: number;
  /** Seconds of work that wait for it, as estimated. */
  load: number;
  /** Grants of it since one went by age, as far as it matters; see `reservations.ts`. */
  turns: number;
  /** Lines that it is in. Without any, it is forgotten. */
  lines: number;
}

/** Those who need exactly these pools. */
export interface Line {
  pools: Pool[];
  /** Best first: those who may start once the pools have room. */
  waiting: Request[];
  /** All requests of the line, granted ones too. Without any, it is forgotten. */
  requests: number;
}

export interface Request {
  holder: Holder;
  /** The holder's own name for it: a disk, or the conversion. */
  key: string;
  line: Line;
  /** How long it is estimated to take; null: unknown. */
  seconds: number | null;
  askedAt: number;
  /** Null as long as it waits. */
  grantedAt: number | null;
}

export interface Holder {
  workflowId: string;
  /** The first run of its chain. Another one under the workflow's id is another holder. */
  runId: string;
  /** Higher goes first. */
  priority: number;
  /** Its source was stopped for it: somebody misses the VM. */
  isOff: boolean;
  maxConcurrentDisks: number;
  requests: Map<string, Request>;
  /** Seconds that what waits of it will take at least. */
  chain: number;
  /**
   * The disk that it begins with: the one that was hardest to be granted, so that its source does not stand off while
   * that one waits. Null where it has begun, or has no disk that waits.
   */
  lead: Request | null;
}

/** Anyone may read it; only `decide` changes it. */
export interface Slots {
  limits: Limits;
  pools: Map<Resource, Pool>;
  lines: Map<string, Line>;
  holders: Map<string, Holder>;
  /** All that wait in lines, by age. */
  byAge: Request[];
}

export function newSlots(limits: Limits = defaultLimits()): Slots {
  return { limits, pools: new Map(), lines: new Map(), holders: new Map(), byAge: [] };
}

/** What nobody has an estimate of: a disk of 50 GiB on a host that copies ten at once, as MTV measured it. */
const ASSUMED_SECONDS = 1_300;

export function workOf({ seconds }: Pick<Request, 'seconds'>): number {
  return seconds ?? ASSUMED_SECONDS;
}

export function isWaiting({ grantedAt }: Request): boolean {
  return grantedAt === null;
}

/** A conversion is no disk. */
export function isDisk({ line }: Request): boolean {
  return line.pools.every(({ resource }) => kindOf(resource) !== 'conversions');
}

/** Its source is off, or will be: something of it is granted. */
export function hasBegun({ isOff, requests }: Holder): boolean {
  return isOff || [...requests.values()].some((request) => !isWaiting(request));
}

/**
 * What waits for others. Where a holder has not begun, its other disks wait for the first one; where it copies as many
 * disks as it may, for those.
 */
export function linedUp({ requests, maxConcurrentDisks, lead }: Holder): Request[] {
  const all = [...requests.values()];
  const copying = all.filter((request) => !isWaiting(request) && isDisk(request)).length;
  const mayCopy = (disk: Request) => (lead === null ? copying < maxConcurrentDisks : disk === lead);
  return all.filter((request) => isWaiting(request) && (!isDisk(request) || mayCopy(request)));
}
