import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { FormerLimits, SlotActivities } from '../../activities/interfaces';
import { readHolderEvents, readLimitsRecord } from '../inputs';
import { now } from '../time';
import { happen, nowSeconds, type Coordinator } from './coordinator';
import { learnFrom, tellEstimates, withEstimates } from './estimates';
import { closedLimits, hear } from './hear';
import type { TransferSlotsInput } from './input';
import { ratesFrom, savedRates } from './learnt';
import { limitsOf } from './limits';
import {
  NO_SUCH_WORKFLOW,
  byHolder,
  ratesQuery,
  slotsGrantedSignal,
  slotsQuery,
  slotsSignal,
  waitsQuery,
  type SlotsGranted,
} from './messages';
import { hearOperators, keepLimits } from './operators';
import { defaultLimits } from './resources';
import { admit, hasRoomAgain, roomOf } from './room';
import { fromSaved, toSaved } from './saved';
import { newSlots } from './state';
import { viewOf, viewOfRates } from './view';
import { waitsOf } from './waits';
import { whomToLookFor } from './whom-to-look-for';

/** So soon after its end a migration's slots are others', at the latest: this, and what a look takes. */
const LOOK_EVERY_SECONDS = 45;
/** From so many events or bytes on another run goes on: far below what Temporal takes of one history. */
const MOST_EVENTS = 2_000;
const MOST_BYTES = 3 * 2 ** 20;
/** How long a state that knows nobody hears what living migrations hold before it grants anything. */
const LISTEN_SECONDS = 10;
/** Migrations of a namespace's first wave begin at most so long before it. */
const NEW_SECONDS = 60;

const { findGoneHolders, askAllAgain, readFormerLimits } = proxyActivities<SlotActivities>({
  startToCloseTimeout: '2m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '10s' },
});

/**
 * Says which disk may copy now and which guest may be converted, for all migrations of a Temporal namespace. It never
 * ends; it continues as new with all that is held and all that waits.
 */
export async function transferSlots(input: TransferSlotsInput = {}): Promise<never> {
  const coordinator = begin(input);
  const { slots } = coordinator;
  setHandler(slotsQuery, () => viewOf(slots));
  setHandler(ratesQuery, () => viewOfRates(coordinator.rates));
  setHandler(waitsQuery, (ids) => waitsOf(slots, ids, { isOpen: coordinator.isOpen, now: nowSeconds() }));
  hearOperators(coordinator);
  setHandler(slotsSignal, (...args) => take(coordinator, args));
  if (!coordinator.isOpen) await open(coordinator);

  const looking = new CancellationScope();
  const looks = looking.run(() => lookForGone(coordinator)).catch(ignoreCancellation);
  await tellUntilFull(coordinator);
  looking.cancel();
  await looks;
  await condition(allHandlersFinished);
  // What was heard meanwhile may have granted more.
  await tellAll(coordinator);
  // By itself the next run would have no memo.
  return makeContinueAsNewFunc<typeof transferSlots>({ memo: workflowInfo().memo })(toInput(coordinator));
}

function begin(input: TransferSlotsInput): Coordinator {
  const { saved, decisions = [], rates = [], lookAt = 0, looked = 0, hasRefused = false } = input;
  const slots = saved === undefined ? newSlots(closedLimits()) : fromSaved(saved);
  const limits = saved === undefined ? null : slots.limits;
  const known = { limits, isOpen: limits !== null, decisions, rates: ratesFrom(rates), note: null };
  return { ...known, slots, room: roomOf(slots, hasRefused), grants: [], lookAt, looked };
}

function toInput(coordinator: Coordinator): TransferSlotsInput {
  const { slots, room, decisions, rates, lookAt, looked } = coordinator;
  const learnt = savedRates(rates);
  return { saved: toSaved(slots), decisions, rates: learnt, lookAt, looked, hasRefused: room.hasRefused };
}

/** Another run before this one may have been terminated: it has left its limits, and whoever lives says what it holds. */
async function open(coordinator: Coordinator): Promise<void> {
  const former = await readFormerLimits();
  takeFormerLimits(coordinator, former);
  const oldest = await askAllAgain();
  if (mayBeHeld(former, oldest)) await sleep(LISTEN_SECONDS * 1000);
  coordinator.isOpen = true;
  happen(coordinator, { kind: 'limits', limits: coordinator.limits ?? defaultLimits() });
}

/**
 * Whether a migration may hold what an earlier run granted. Temporal may have dropped the record of that run, but then it
 * ended days ago: nobody who has just begun was granted anything by it.
 * @param oldest an older worker did not say it
 */
function mayBeHeld({ isKnown }: FormerLimits, oldest: string | null | undefined): boolean {
  if (isKnown || oldest === undefined) return true;
  return oldest !== null && Date.parse(oldest) < workflowInfo().startTime.getTime() - NEW_SECONDS * 1000;
}

function takeFormerLimits(coordinator: Coordinator, { isKnown, record }: FormerLimits): void {
  const { value } = readLimitsRecord(record);
  coordinator.limits = value === undefined ? defaultLimits() : limitsOf(value.limits);
  coordinator.decisions = value?.decisions ?? [];
  if (value !== undefined) keepLimits(coordinator);
  else if (!isKnown || record !== null)
    coordinator.note = `transferSlots began at ${now()}, and Temporal keeps no record of limits that were set before; if you had set some, set them again`;
}

/** Foreign data: any client may have sent it. What can't be read is dropped, and nothing else with it. */
function take(coordinator: Coordinator, args: readonly unknown[]): void {
  const { slots, room, grants, rates } = coordinator;
  const { value: events, wrong } = readHolderEvents(args[0]);
  if (events === undefined) return log.warn('a signal was dropped', { signal: slotsSignal.name, wrong });
  for (const event of events) {
    learnFrom(rates, slots, event, nowSeconds());
    grants.push(...hear(slots, withEstimates(rates, admit(slots, room, event)), nowSeconds()));
  }
}

/** Until the history is so long that another run should go on. */
async function tellUntilFull(coordinator: Coordinator): Promise<void> {
  const isFull = () => {
    const { continueAsNewSuggested, historyLength, historySize } = workflowInfo();
    return continueAsNewSuggested || historyLength > MOST_EVENTS || historySize > MOST_BYTES;
  };
  while (!isFull()) {
    await condition(() => coordinator.grants.length > 0 || isFull());
    await tellAll(coordinator);
  }
}

/** What a migration that has ended was granted goes to others, who are told, too. */
async function tellAll(coordinator: Coordinator): Promise<void> {
  const { slots, grants, rates } = coordinator;
  while (grants.length > 0) {
    const messages = byHolder(grants.splice(0));
    await Promise.all(
      [...messages].map(async ([workflowId, message]) => {
        if (await tell(workflowId, tellEstimates(rates, slots, workflowId, message))) return;
        const gone = { workflowId, runId: message.runId };
        happen(coordinator, { kind: 'gone', holder: gone });
      }),
    );
  }
}

/** Whether there is a migration to hear it. One that can't hear it now lives, and is told when it asks again. */
async function tell(workflowId: string, message: SlotsGranted): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(slotsGrantedSignal, message);
    return true;
  } catch (error) {
    return !(error instanceof ApplicationFailure && error.type === NO_SUCH_WORKFLOW);
  }
}

/** Without holders there is nothing to look for, and no event in this history. */
async function lookForGone(coordinator: Coordinator): Promise<never> {
  const { slots, room } = coordinator;
  for (;;) {
    await condition(() => slots.holders.size > 0 || room.hasRefused);
    await sleep(Math.max(1, coordinator.lookAt - nowSeconds()) * 1000);
    const { holders, next } = whomToLookFor(slots, coordinator.looked);
    for (const holder of await findGoneHolders(holders)) happen(coordinator, { kind: 'gone', holder });
    coordinator.looked = next;
    coordinator.lookAt = nowSeconds() + LOOK_EVERY_SECONDS;
    if (hasRoomAgain(slots, room)) await askAllAgain();
  }
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
