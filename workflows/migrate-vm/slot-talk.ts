/** What a migration says to `transferSlots`, and what it makes of the answers. Pure; `at` is ISO 8601. */
import { DEFAULT_PRIORITY } from '../../plan/manifests/wave';
import type { HolderId, Want } from '../transfer-slots/decide';
import type { HolderEvent, SlotsGranted } from '../transfer-slots/messages';
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
    slots.asked.set(one.key, { want: one, since: known?.since ?? at, isGranted: false });
    slots.asks = true;
  }
  // Somebody misses the VM by now, or nobody any more.
  if (waitsForAny(migration) && slots.saidOff !== isMissed(migration)) slots.asks = true;
  showWaits(migration);
}

/** Held or not: what is not asked for is passed over. */
export function giveBack(migration: Migration, keys: Iterable<string>): void {
  const { slots } = migration.memory;
  for (const key of [...keys]) if (slots.asked.delete(key)) slots.released.add(key);
  showWaits(migration);
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
export function takeGrants(migration: Migration, { runId, keys }: SlotsGranted, self: string): void {
  if (runId !== self) return;
  for (const key of keys) {
    const slot = migration.memory.slots.asked.get(key);
    if (slot !== undefined) slot.isGranted = true;
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
  if (slots.released.size > 0) events.push({ kind: 'release', holder, keys: [...slots.released] });
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
    else for (const key of event.keys) slots.released.add(key);
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
