/** What a migration says to `transferSlots`, and what it makes of the answers. Pure; `at` is ISO 8601. */
import { DEFAULT_PRIORITY } from '../../plan/manifests/wave';
import type { HolderId, Want } from '../transfer-slots/decide';
import type { HolderEvent, Measured, SlotsGranted } from '../transfer-slots/messages';
import type { AskedSlot } from './slot-desk';
import type { Migration } from './state';
import { diskSlot } from './wants';

export function isGranted({ memory }: Migration, key: string): boolean {
  return memory.slots.asked.get(key)?.isGranted === true;
}

export function holdsAny({ memory }: Migration): boolean {
  return [...memory.slots.asked.values()].some((slot) => slot.isGranted);
}

export function waitsForAny({ memory }: Migration): boolean {
  return [...memory.slots.asked.values()].some((slot) => !slot.isGranted);
}

/** What is asked for already stays as it is, and as old. What waits may need something else by now: its VM moved. */
export function want(migration: Migration, wants: readonly Want[], at: string): void {
  const { slots } = migration.memory;
  for (const one of wants) {
    const known = slots.asked.get(one.key);
    if (known !== undefined && (known.isGranted || hasEqualNeeds(known.want, one))) continue;
    slots.asked.set(one.key, { want: one, since: known?.since ?? at, isGranted: false, took: null });
    slots.asks = true;
  }
  // Somebody misses the VM by now, or nobody any more.
  if (waitsForAny(migration) && slots.saidOff !== isMissed(migration)) slots.asks = true;
  showWaits(migration);
}

/** Held or not: what is not asked for is passed over. */
export function giveBack(migration: Migration, keys: Iterable<string>): void {
  const { slots } = migration.memory;
  for (const key of [...keys]) {
    const slot = slots.asked.get(key);
    if (slot === undefined) continue;
    slots.asked.delete(key);
    slots.released.set(key, measuredBy(slot));
  }
  showWaits(migration);
}

/** What it has copied or converted has ended well, after so many seconds: others learn from it when the slot goes back. */
export function measure({ memory }: Migration, key: string, seconds: number): void {
  const slot = memory.slots.asked.get(key);
  if (slot !== undefined) slot.took = seconds;
}

/** By the size that asks for such a disk say, too: what is moved of it is known only later. */
function measuredBy({ want: { key, bytes }, took }: AskedSlot): Measured | null {
  if (took === null || took <= 0) return null;
  return { key, seconds: took, ...(bytes !== undefined && { bytes }) };
}

/** Keys of what is granted for other needs than these. */
export function outOfDate({ memory }: Migration, wants: readonly Want[]): string[] {
  return wants
    .filter((one) => {
      const known = memory.slots.asked.get(one.key);
      return known?.isGranted === true && !hasEqualNeeds(known.want, one);
    })
    .map(({ key }) => key);
}

/** Foreign data: anybody may send it. Nothing counts that was not asked for by this very migration. */
export function takeGrants(
  migration: Migration,
  { runId, keys, estimates = {} }: SlotsGranted,
  self: string,
): void {
  if (runId !== self) return;
  for (const key of keys) {
    const slot = migration.memory.slots.asked.get(key);
    if (slot !== undefined) slot.isGranted = true;
  }
  for (const disk of migration.state.disks) {
    const estimate = estimates[diskSlot(disk.key)];
    if (estimate !== undefined && disk.phase === 'waiting') disk.estimatedSeconds = estimate;
  }
  showWaits(migration);
}

export function hasNews({ memory: { slots } }: Migration): boolean {
  return slots.released.size > 0 || (slots.asks && slots.asked.size > 0);
}

/** What is to be said now, in this order; it counts as said. An ask says all, so that none before it can be missed. */
export function takeNews(migration: Migration, holder: HolderId): HolderEvent[] {
  const { vm, memory } = migration;
  const { slots } = memory;
  const events: HolderEvent[] = [];
  if (slots.released.size > 0) {
    const measured = [...slots.released.values()].filter((one) => one !== null);
    const keys = [...slots.released.keys()];
    events.push({ kind: 'release', holder, keys, ...(measured.length > 0 && { measured }) });
  }
  if (slots.asks && slots.asked.size > 0) {
    const asked = [...slots.asked.values()];
    slots.saidOff = isMissed(migration);
    events.push({
      kind: 'ask',
      holder,
      priority: vm.priority ?? DEFAULT_PRIORITY,
      isOff: slots.saidOff,
      maxConcurrentDisks: vm.policy.maxConcurrentDisks,
      wants: asked.map((slot) => slot.want),
      held: asked.filter((slot) => slot.isGranted).map((slot) => slot.want.key),
    });
  }
  slots.released.clear();
  slots.asks = false;
  return events;
}

/** It was not heard. */
export function takeBackNews({ memory: { slots } }: Migration, events: readonly HolderEvent[]): void {
  for (const event of events) {
    if (event.kind === 'ask') slots.asks = true;
    else
      for (const key of event.keys)
        slots.released.set(key, event.measured?.find((one) => one.key === key) ?? null);
  }
}

/** Drover stopped its source, or has asked its guest to go down. A source that was off before is missed by nobody. */
function isMissed({ state, memory }: Migration): boolean {
  return state.source.stoppedByUs && (memory.evidence !== null || memory.shutdownPending);
}

function showWaits({ state, memory }: Migration): void {
  const { asked } = memory.slots;
  for (const disk of state.disks) {
    const slot = asked.get(diskSlot(disk.key));
    if (slot === undefined || slot.isGranted) delete disk.waitingSince;
    else disk.waitingSince = slot.since;
  }
  const [first, ...others] = [...asked.values()];
  if (first === undefined || [first, ...others].some((slot) => slot.isGranted)) delete state.waitingSince;
  else state.waitingSince = first.since;
}

function hasEqualNeeds(one: Want, other: Want): boolean {
  return one.needs.join('\n') === other.needs.join('\n');
}
