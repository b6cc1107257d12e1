/** Back to before a phase: what an operator may do again, what that undoes, and where it would do harm. Pure. */
import { PHASES, type Phase } from '../temporal-api';
import type { Migration } from './state';
import { AFTER_VERIFY, sourceRan, undo, voidCopies } from './void-copies';

interface Reset {
  /** Makes the phases from there on be done again. */
  undo(migration: Migration): void;
  /** Why not, as one clause with the remedy; null where it does no harm. */
  refuses?(migration: Migration, parkedIn: Phase): string | null;
}

/** All copies are made again, in other volumes; a target that was made is removed with its disks. */
const COPY_AGAIN: Reset = { undo: copyAgain };
/** The source is stopped again, if it runs: whatever it wrote meanwhile is in the copies. */
const STOP_AGAIN: Reset = { undo: stopAgain };

const RESETS: Readonly<Record<Phase, Reset>> = {
  check: { undo: ({ memory }) => undo(memory, 'check', 'pre-hook'), refuses: whyNotCheck },
  'pre-hook': { undo: preHookAgain },
  'await-shared-disks': { undo: waitAgain },
  volumes: COPY_AGAIN,
  'await-window': STOP_AGAIN,
  'await-turn': STOP_AGAIN,
  'before-cutover': STOP_AGAIN,
  'stop-source': STOP_AGAIN,
  copy: COPY_AGAIN,
  convert: { undo: convertAgain, refuses: whyNotConvert },
  'create-vm': { undo: ({ memory }) => undo(memory, 'create-vm'), refuses: whyNotMake },
  'start-vm': {
    undo: ({ memory }) => undo(memory, 'start-vm', 'verify', ...AFTER_VERIFY),
    refuses: whyNotStart,
  },
  verify: { undo: verifyAgain },
  'after-verify': { undo: ({ memory }) => undo(memory, ...AFTER_VERIFY) },
  'post-hook': { undo: ({ memory }) => undo(memory, 'post-hook') },
  tidy: { undo: ({ memory }) => undo(memory, 'tidy') },
  restore: { undo: () => undefined, refuses: () => 'restore is no phase on the way forward; abort gives up' },
};

/** Why a parked migration can't go back to before a phase, as one clause with the remedy; null where it can. */
export function whyNoReset(migration: Migration, to: Phase): string | null {
  const { attention, phase } = migration.state;
  if (attention === null)
    return `it is in phase ${phase} and waits for no one; only a parked VM can be reset`;
  if (migration.memory.givenUp) return 'it is being given up already; see its decisions';
  if (to !== 'restore' && isBefore(attention.phase, to))
    return `it is parked in ${attention.phase}, before ${to}; name ${attention.phase} or a phase before it`;
  return RESETS[to].refuses?.(migration, attention.phase) ?? null;
}

function isBefore(phase: Phase, other: Phase): boolean {
  return PHASES.indexOf(phase) < PHASES.indexOf(other);
}

/** Afterwards the migration goes on with that phase, or with one before it that has to be done again, too. */
export function resetTo(migration: Migration, to: Phase): void {
  RESETS[to].undo(migration);
}

function preHookAgain(migration: Migration): void {
  copyAgain(migration);
  undo(migration.memory, 'pre-hook');
}

/** What it attaches may be another copy since: the target is made anew with it. */
function waitAgain(migration: Migration): void {
  copyAgain(migration);
  undo(migration.memory, 'await-shared-disks');
}

function copyAgain(migration: Migration): void {
  if (!hasMade(migration)) return;
  voidCopies(migration);
  migration.state.targetRunningAt = null;
}

function stopAgain(migration: Migration): void {
  sourceRan(migration);
  migration.state.targetRunningAt = null;
  undo(migration.memory, 'await-window', 'await-turn');
}

/** Otherwise what stands at the target is another run's, and not to be removed by this word. */
function hasMade({ memory }: Migration): boolean {
  return memory.made.volumes;
}

function convertAgain({ state, memory }: Migration): void {
  state.conversion = null;
  undo(memory, 'convert');
}

function verifyAgain({ state, memory }: Migration): void {
  state.proof = null;
  undo(memory, 'verify', ...AFTER_VERIFY);
}

function whyNotCheck(migration: Migration): string | null {
  return hasMade(migration)
    ? "a check would take the volumes of this run for another one's; reset to volumes instead: they are made and filled again"
    : null;
}

/** Promise 4 of docs/design.md: no disk is converted twice. */
function whyNotConvert(migration: Migration, parkedIn: Phase): string | null {
  if (migration.state.conversion?.converted === true)
    return 'virt-v2v has changed the disks already, and must not run on them again; reset to copy instead: all disks are copied again';
  return whyNotMake(migration, parkedIn);
}

/** A target owns its volumes: it can't be removed without them. */
function whyNotMake(_: Migration, parkedIn: Phase): string | null {
  return !isBefore(parkedIn, 'create-vm')
    ? 'the target may exist already, and owns its volumes; reset to copy instead: all disks are copied again'
    : null;
}

function whyNotStart({ state }: Migration): string | null {
  return state.targetRunningAt === null
    ? null
    : 'the target runs already; retry looks at its guest again, and a reset to copy makes it anew';
}
