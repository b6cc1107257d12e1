/** A wave as its workflow has it at hand. */
import type { PageFrozen, WaveState, WaveVm } from '../temporal-api';
import type { Published } from './publish';
import { newWaveState } from './state';

export interface Wave extends Published {
  state: WaveState;
  /** ISO 8601: when its first run began. */
  startedAt: string;
  vcenterUuid: string;
  /** Its VMs keep what unfinished runs have left. VMs that are added later do so, too. */
  adopts: boolean;
  pages: Page[];
  /** Whether anything has happened since it was last decided who starts. */
  moved: boolean;
  /** Temporal wants it to end. */
  cancelled: boolean;
  /** Numbers of the VMs whose pages have heard that they are cancelled. */
  heardCancel: Set<number>;
  /** When it is next looked whether its pages are there, in milliseconds. */
  lookAt: number;
  /** Its history is long: it orders nothing more, and goes on in a new run as soon as all is heard. */
  leaving: boolean;
  /** Whether this run looks at its windows as the patch `windows-beside` says. */
  looksBeside: boolean;
  /** Words that add VMs and are not answered yet: as long as there is one, the wave neither ends nor leaves. */
  adding: number;
  /** All of its VMs have ended: it makes its report, and takes none in any more. */
  ending: boolean;
}

/** One page, as the wave has it. */
export interface Page {
  number: number;
  /** The number of its first VM. */
  first: number;
  count: number;
  /** Empty until it has started. */
  runId: string;
  /** What it said of its VMs; null until then, and in later runs of the wave. */
  frozen: PageFrozen | null;
  /** It ended before the wave told it to. */
  lost: boolean;
  orders: Orders;
  /** A word to it is on its way. */
  sending: boolean;
}

/** What it is to be told next. */
export interface Orders {
  start: number[];
  giveUp: { row: number; who: string; why: string }[];
  finish: { row: number; outcome: 'skipped' | 'aborted' }[] | null;
}

export const NO_ORDERS = (): Orders => ({ start: [], giveUp: [], finish: null });

export function newPage(number: number, first: number, count: number): Page {
  return {
    number,
    first,
    count,
    runId: '',
    frozen: null,
    lost: false,
    orders: NO_ORDERS(),
    sending: false,
  };
}

export function newWave(startedAt: string): Wave {
  return {
    state: newWaveState(),
    startedAt,
    vcenterUuid: '',
    adopts: false,
    pages: [],
    moved: false,
    attention: null,
    cancelled: false,
    heardCancel: new Set(),
    lookAt: 0,
    looksBeside: false,
    leaving: false,
    adding: 0,
    ending: false,
  };
}

export function rowsOf({ state }: Wave, { first, count }: Page): WaveVm[] {
  return state.vms.slice(first, first + count);
}
