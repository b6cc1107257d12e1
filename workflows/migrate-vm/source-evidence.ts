/**
 * Whether the source ran after we saw it off. Pure.
 *
 * A copy is worth something only as long as nothing wrote to its source. All times here are vCenter's own, so no
 * clock of ours can hide a power-on.
 */
import type { PowerReading } from '../../plan/inventory';

/** What vCenter said when the source was proven off. */
export interface OffEvidence {
  bootTime: string | null;
  lastPowerOn: string | null;
}

export function offEvidence(reading: PowerReading): OffEvidence {
  return { bootTime: reading.bootTime, lastPowerOn: reading.lastPowerOn };
}

/** Says how we know that the source ran since, as one clause; null where nothing speaks for it. */
export function ranSince(evidence: OffEvidence, now: PowerReading): string | null {
  if (now.state !== 'poweredOff') return `vCenter says that it is ${now.state}`;
  if (isLater(now.lastPowerOn, evidence.lastPowerOn))
    return `vCenter recorded a power-on at ${now.lastPowerOn}`;
  if (isLater(now.bootTime, evidence.bootTime)) return `vCenter recorded a boot at ${now.bootTime}`;
  return null;
}

/** Null says nothing: vCenter clears boot times and forgets events. A first word after none is news. */
function isLater(now: string | null, before: string | null): boolean {
  if (now === null) return false;
  return before === null || Date.parse(now) > Date.parse(before);
}
