/** What a VM does and waits for, as a report names and colours it. */
import type { Phase, Span, WaitCause } from '../../../workflows/temporal-api';

/** Phases that people see as one; the style sheet has a colour for each. In the order in which charts stack them. */
export const BANDS = {
  prepare: 'prepare',
  stop: 'stop the source',
  copy: 'copy',
  convert: 'convert',
  start: 'start the target',
  tidy: 'tidy',
  restore: 'give back',
  operator: 'wait for an operator',
  turn: 'wait for its turn',
  window: 'wait for its window',
} as const;

export type Band = keyof typeof BANDS;

const BAND_OF: Readonly<Record<Phase | WaitCause, Band>> = {
  check: 'prepare',
  'pre-hook': 'prepare',
  'await-shared-disks': 'prepare',
  volumes: 'prepare',
  'await-window': 'window',
  'await-turn': 'turn',
  'before-cutover': 'stop',
  'stop-source': 'stop',
  copy: 'copy',
  convert: 'convert',
  'create-vm': 'start',
  'start-vm': 'start',
  verify: 'start',
  'after-verify': 'start',
  'post-hook': 'tidy',
  tidy: 'tidy',
  restore: 'restore',
  operator: 'operator',
  turn: 'turn',
  window: 'window',
};

/** Null for what another version has. */
export function bandOf(what: Span[0]): Band | null {
  return Object.hasOwn(BAND_OF, what) ? BAND_OF[what] : null;
}

/** What it waited for, in a table's cell: `operator 3m 05s`. */
export const WAIT_WORDS: Readonly<Record<WaitCause, string>> = {
  operator: 'operator',
  turn: 'its turn',
  window: 'its window',
};
