/** What migrations say to the workflow `transferSlots`, what it answers, and what of it is believed. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OperatorRequest } from '../temporal-api';
import type { Ask, Grant, SlotEvent } from './decide';
import type { LimitChanges, LimitsAnswer, LimitsView } from './limits';
import type { Resource } from './resources';

/** An ask, with what of it the migration already holds: a `transferSlots` that begins anew learns it so. */
export type TellingAsk = Ask & { held: string[] };

/** What a signal to a workflow that does not run fails with, as the SDK has the server's word. */
export const NO_SUCH_WORKFLOW = 'ExternalWorkflowExecutionNotFound';

/** What a copy, or a conversion, has taken from its begin to its end, where it ended well. */
export interface Measured {
  /** Of what is released. */
  key: string;
  /** What was moved; of a conversion absent. */
  bytes?: number;
  /** Above 0. */
  seconds: number;
}

export type MeasuredRelease = Extract<SlotEvent, { kind: 'release' }> & { measured?: Measured[] };

/** What a migration may say. Limits are set by operators, and who is gone is found out. */
export type HolderEvent = TellingAsk | MeasuredRelease;

/** From a migration. They take effect in order, as one: the end of a copy, and what is wanted next. */
export const slotsSignal = defineSignal<[HolderEvent[]]>('slots');

/** To a migration: these may start. Said again after each ask, so that none that is lost is lost for good. */
export interface SlotsGranted {
  runId: string;
  keys: string[];
  /** Of all that it has asked for; absent where nothing like it was measured yet. */
  estimates?: SlotEstimates;
}
/** By key: how many seconds it takes at least and at most, in eight cases of ten. */
export type SlotEstimates = Record<string, [low: number, high: number]>;
export const slotsGrantedSignal = defineSignal<[SlotsGranted]>('slotsGranted');

/** To a migration: say again what is held and wanted. */
export const askAgainSignal = defineSignal('askForSlotsAgain');

/** What waits and what is held, by workflow id; of many, the first. */
export interface SlotsView {
  holders: { workflowId: string; waiting: string[]; held: string[] }[];
  holdersInAll: number;
}
export const slotsQuery = defineQuery<SlotsView>('state');

/** One unit that someone holds: the key is the holder's own name for it, a disk or the conversion. */
export interface HeldSlot {
  workflowId: string;
  key: string;
}

/** Why one disk, or a conversion, waits. */
export interface SlotWait extends HeldSlot {
  /** ISO 8601. */
  since: string;
  /** `itsOwnVm`: other disks of its VM go first. `transferSlots`: that has just begun, and asks who holds what. */
  waitsFor: 'resource' | 'itsOwnVm' | 'transferSlots';
  /** Of those that it needs and that have no unit for it, the busiest. Null where it waits for something else. */
  resource: {
    name: Resource;
    limit: number;
    used: number;
    /** The first of them. */
    heldBy: HeldSlot[];
    /** When its turn may come, roughly, ISO 8601; null where nobody knows how long those before it take. */
    until: string | null;
  } | null;
}
/** By workflow ids of migrations, of at most 1,000; the first 500 waits of them. */
export const waitsQuery = defineQuery<SlotWait[], [string[]]>('waits');

/** Who changes limits, and why: kept in the record. */
export type LimitsRequest = OperatorRequest & { limits: LimitChanges };
/** New limits, from now on. What is held stays held. */
export const setLimitsUpdate = defineUpdate<LimitsAnswer, [LimitsRequest]>('setLimits');
export const limitsQuery = defineQuery<LimitsView>('limits');

/** Beside each run, where whoever begins anew finds it: a `LimitsRecord`. */
export const LIMITS_MEMO = 'limits';

/** How fast one kind of work goes: amounts per second, in bytes or, for conversions, in guests. */
export interface RateView {
  /** `import datastore/<vCenter>/<id>`, `plugin/<repository>`, `conversions` and so on. */
  of: string;
  low: number;
  likely: number;
  high: number;
}
export const ratesQuery = defineQuery<RateView[]>('rates');

/** One message for each migration, however many of its disks are granted. */
export function byHolder(grants: readonly Grant[]): Map<string, SlotsGranted> {
  const messages = new Map<string, SlotsGranted>();
  for (const { holder, key } of grants) {
    const known = messages.get(holder.workflowId);
    // A later chain under the id: the former's grants are gone with it.
    if (known?.runId !== holder.runId) messages.set(holder.workflowId, { runId: holder.runId, keys: [key] });
    else if (!known.keys.includes(key)) known.keys.push(key);
  }
  return messages;
}
