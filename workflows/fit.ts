/**
 * States and results as they leave a workflow: within what Temporal takes as one message. It refuses 2 MiB and warns
 * from 512 KiB on; and what an update answers stays in the history, which may hold 50 MiB. Pure.
 */

import { cut } from '../plan/cut';

/** Bytes of the answer to a query, and of a result. */
export const LARGEST_ANSWER = 480 * 1024;
/** Bytes of the answer to an operator's `retry` or `abort`. */
export const LARGEST_UPDATE_ANSWER = 64 * 1024;

/** Texts for people, of any length; all others are names, which are kept whole. */
const TEXTS: ReadonlySet<string> = new Set([
  'message',
  'who',
  'why',
  'found',
  'evidence',
  'left',
  'warnings',
  'log',
  'before',
  'after',
]);
/** Lists that are cut at their beginning: their last entries say most. */
const LISTS: ReadonlySet<string> = new Set([
  'attemptLog',
  'log',
  'failures',
  'decisions',
  'fellBack',
  'changes',
]);

interface Cut {
  /** Characters of a text. */
  text: number;
  /** Entries of a list. */
  list: number;
}

const CUTS: readonly Cut[] = [
  { text: 500, list: 100 },
  { text: 150, list: 10 },
  { text: 150, list: 3 },
  { text: 60, list: 1 },
];

/** The value as it is where it is small enough; else with its texts cut, and its lists, as little as must be. */
export function fitted<T>(value: T, mostBytes = LARGEST_ANSWER): T {
  let fit = value;
  for (const most of CUTS) {
    if (bytesOf(fit) <= mostBytes) break;
    fit = shortened(value, most, '') as T;
  }
  return fit;
}

export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function shortened(value: unknown, most: Cut, key: string): unknown {
  if (typeof value === 'string') return TEXTS.has(key) ? cut(value, most.text) : value;
  if (Array.isArray(value)) {
    const kept = LISTS.has(key) ? value.slice(-most.list) : value;
    return kept.map((item) => shortened(item, most, key));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, shortened(child, most, name)]),
  );
}
