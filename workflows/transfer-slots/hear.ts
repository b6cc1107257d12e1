/** What a migration says, applied to the state. Pure; `now` is whole seconds since the epoch. */
import { change, take } from './book';
import { decide, type Grant } from './decide';
import type { HolderEvent, TellingAsk } from './messages';
import { RESOURCE_KINDS, type Limits, type ResourceKind } from './resources';
import { isWaiting, type Slots } from './state';

/**
 * Nothing is granted. So begins a state that knows nobody: until those who live have said what they hold, it would give
 * away what they use.
 */
export function closedLimits(): Limits {
  const kinds = Object.keys(RESOURCE_KINDS) as ResourceKind[];
  return { kinds: Object.fromEntries(kinds.map((kind) => [kind, 0])) as Limits['kinds'], resources: {} };
}

/**
 * Applies what a migration says, and grants whatever can be granted then. What it holds of its ask is granted to it once
 * more: a grant may have been lost on its way, as by a reset of the migration.
 */
export function hear(slots: Slots, event: HolderEvent, now: number): Grant[] {
  if (event.kind === 'release') return decide(slots, event, now);
  const grants = [...takeOver(slots, event, now), ...decide(slots, event, now)];
  return [...grants, ...heldOf(slots, event)];
}

/** A migration that lives holds what it says that it holds, even where that is more than the limits allow. */
function takeOver(slots: Slots, event: TellingAsk, now: number): Grant[] {
  const held = new Set(event.held);
  const wants = event.wants.filter(({ key }) => held.has(key));
  if (wants.length === 0) return [];
  const grants = decide(slots, { ...event, wants }, now);
  const holder = slots.holders.get(event.holder.workflowId);
  for (const { key } of wants) {
    const request = holder?.requests.get(key);
    if (holder !== undefined && request !== undefined && isWaiting(request))
      change(slots, holder, () => take(request, now));
  }
  return grants;
}

function heldOf(slots: Slots, { holder, wants, held }: TellingAsk): Grant[] {
  const requests = slots.holders.get(holder.workflowId)?.requests;
  const keys = wants.map(({ key }) => key).filter((key) => !held.includes(key));
  return keys
    .filter((key) => requests?.get(key) !== undefined && !isWaiting(requests.get(key)!))
    .map((key) => ({ holder, key }));
}
