/**
 * A migration's transfer slots: `transferSlots` says which of its disks may copy now, and when its guest may be converted.
 *
 * A VM with one disk sends three signals: it asks for the disk's slot, gives it back with the ask for the conversion's, and gives
 * that back. What it holds it does not say again, but where it is asked to.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { TRANSFER_SLOTS_ID } from '../../plan/workflow-ids';
import { toFailure } from '../failure';
import { readSlotsGranted } from '../inputs';
import { patched } from '../patches';
import { now } from '../time';
import type { Want } from '../transfer-slots/decide';
import {
  NO_SUCH_WORKFLOW,
  askAgainSignal,
  slotsGrantedSignal,
  slotsSignal,
  type HolderEvent,
} from '../transfer-slots/messages';
import { stepsOf } from './made-local';
import {
  giveBack,
  hasNews,
  isGranted,
  takeBackNews,
  takeGrants,
  takeNews,
  waitsForAny,
  want,
} from './slot-talk';
import type { Migration } from './state';

/**
 * What waits is asked for again, so that a `transferSlots` that was ended from outside begins anew: first after 5 minutes,
 * then after twice as long each time, up to an hour. That is about 10 events each time: 50 in the first two hours, 1,700 in a
 * week, of the 25,000 from which on a migration refuses to be retried.
 */
const FIRST_MINUTES = 5;
const MOST_MINUTES = 60;

/** For the whole life of the migration. One that asks for no slots is told of none. */
export function hearSlots(migration: Migration): void {
  setHandler(slotsGrantedSignal, (...args) => {
    const { value } = readSlotsGranted(args[0]);
    if (value !== undefined) takeGrants(migration, value, workflowInfo().firstExecutionRunId);
  });
  setHandler(askAgainSignal, () => {
    migration.memory.slots.asks = true;
    send(migration);
  });
}

/**
 * Called when the volumes are made. A migration whose source an older version has stopped goes on without slots.
 */
export function decideSlots(migration: Migration): void {
  const { memory } = migration;
  if (memory.usesSlots !== null) return;
  // Asked once and kept: see made-local.ts.
  memory.usesSlots = patched('transfer-slots');
  if (memory.usesSlots) void remind(migration).catch(ignoreCancellation);
}

/** In one signal: gives back what is done, and asks for what is wanted next. */
export function turnOver(
  migration: Migration,
  { done = [], next = [] }: { done?: string[]; next?: Want[] },
): void {
  if (migration.memory.usesSlots !== true) return;
  giveBack(migration, done);
  want(migration, next, now());
  send(migration);
}

/** Waits as long as it takes; an abort or a cancellation ends the wait at once. */
export async function awaitSlot(migration: Migration, key: string): Promise<void> {
  await condition(() => isGranted(migration, key));
}

/**
 * Nothing of the migration copies or converts from now on: it parks, is given up, or has ended. A source that runs is not
 * stopped before its turn has come again.
 */
export function giveAllBack(migration: Migration): void {
  const { memory } = migration;
  if (memory.usesSlots !== true) return;
  turnOver(migration, { done: [...memory.slots.asked.keys()] });
  if (memory.evidence === null) memory.done.delete('await-turn');
}

/** At the migration's end: what it has given back is others' only when that was heard. */
export async function saidAll(migration: Migration): Promise<void> {
  send(migration);
  await migration.memory.slots.sending;
}

function send(migration: Migration): void {
  const { slots } = migration.memory;
  if (slots.sending !== null || !hasNews(migration)) return;
  slots.sending = CancellationScope.nonCancellable(() => sendAll(migration));
}

/** Never throws: what was not heard is said with the next news, and with the next reminder. */
async function sendAll(migration: Migration): Promise<void> {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  let events: HolderEvent[] = [];
  try {
    while (hasNews(migration)) {
      events = takeNews(migration, { workflowId, runId });
      await tell(migration, events);
    }
  } catch (error) {
    takeBackNews(migration, events);
    log.warn('transferSlots could not be told', { why: toFailure(error).message });
  } finally {
    migration.memory.slots.sending = null;
  }
}

/** Whoever finds that it does not run starts it: others may wait for what it has to grant. */
async function tell(migration: Migration, events: HolderEvent[]): Promise<void> {
  const coordinator = getExternalWorkflowHandle(TRANSFER_SLOTS_ID);
  try {
    await coordinator.signal(slotsSignal, events);
  } catch (error) {
    if (!(error instanceof ApplicationFailure && error.type === NO_SUCH_WORKFLOW)) throw error;
    await stepsOf(migration).ensureTransferSlots();
    await coordinator.signal(slotsSignal, events);
  }
}

/** Until the migration's way forward ends. While nothing waits, it adds nothing to the history. */
async function remind(migration: Migration): Promise<never> {
  for (;;) {
    await condition(() => waitsForAny(migration));
    let minutes = FIRST_MINUTES;
    while (!(await condition(() => !waitsForAny(migration), minutes * 60_000))) {
      migration.memory.slots.asks = true;
      send(migration);
      minutes = Math.min(2 * minutes, MOST_MINUTES);
    }
  }
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
