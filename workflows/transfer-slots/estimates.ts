/** What `transferSlots` learns from copies that end, and what it tells of those to come. Pure. */
import type { Want } from './decide';
import { learnSample, rateKeysOf, rateOf, type Rates } from './learnt';
import type { HolderEvent, SlotEstimates, SlotsGranted } from './messages';
import { rangeAround, secondsOf } from './rates';
import { kindOf, type Resource } from './resources';
import type { Request, Slots } from './state';

/**
 * Before what is released is forgotten. Counts only what was granted, and no time that is longer than it was held: a slip,
 * or a lie, of one migration changes the estimates of all others.
 */
export function learnFrom(rates: Rates, slots: Slots, event: HolderEvent, now: number): void {
  if (event.kind === 'ask') return;
  const { holder: id, measured = [] } = event;
  const holder = slots.holders.get(id.workflowId);
  if (holder === undefined || holder.runId !== id.runId) return;
  for (const { key, bytes, seconds } of measured) {
    const request = holder.requests.get(key);
    if (!event.keys.includes(key) || request === undefined || !wasHeldFor(request, seconds, now)) continue;
    const needs = needsOf(request);
    const amount = amountOf(needs, bytes);
    if (amount !== null) learnSample(rates, rateKeysOf(needs), { amount, seconds });
  }
}

/** Times are whole seconds here, and not there. */
function wasHeldFor({ grantedAt }: Request, seconds: number, now: number): boolean {
  return grantedAt !== null && seconds <= now - grantedAt + 1;
}

/** Wants that say nothing of their time get an estimate, if anything of their kind was measured. */
export function withEstimates(rates: Rates, event: HolderEvent): HolderEvent {
  return event.kind === 'ask'
    ? { ...event, wants: event.wants.map((want) => estimated(rates, want)) }
    : event;
}

function estimated(rates: Rates, want: Want): Want {
  if (want.seconds !== null) return want;
  const amount = amountOf(want.needs, want.bytes);
  const rate = rateOf(rates, rateKeysOf(want.needs));
  return amount === null || rate === null
    ? want
    : { ...want, seconds: wholeSeconds(secondsOf(rate, amount)) };
}

/** Within what saved states and messages take. */
const LONGEST_SECONDS = 1_000_000_000;

function wholeSeconds(seconds: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.round(seconds)));
}

/** What its migration is told with a grant: estimates of all that it has asked for, also of what waits on. */
export function tellEstimates(
  rates: Rates,
  slots: Slots,
  workflowId: string,
  message: SlotsGranted,
): SlotsGranted {
  const holder = slots.holders.get(workflowId);
  if (holder === undefined || holder.runId !== message.runId) return message;
  const estimates: SlotEstimates = {};
  for (const request of holder.requests.values()) {
    const rate = rateOf(rates, rateKeysOf(needsOf(request)));
    if (rate === null || request.seconds === null) continue;
    const { low, high } = rangeAround(rate, request.seconds);
    estimates[request.key] = [wholeSeconds(low), wholeSeconds(high)];
  }
  return Object.keys(estimates).length === 0 ? message : { ...message, estimates };
}

function needsOf({ line }: Request): Resource[] {
  return line.pools.map(({ resource }) => resource);
}

/** Conversions are counted by guests: how much of its disks virt-v2v reads has little to do with their size. */
function amountOf(needs: readonly Resource[], bytes: number | undefined): number | null {
  if (needs.some((resource) => kindOf(resource) === 'conversions')) return 1;
  return bytes === undefined || bytes <= 0 ? null : bytes;
}
