/**
 * Whether the source ran after we saw it off. Pure.
 *
 * A copy is good only if nothing wrote to its source meanwhile. All times here are vCenter's own, so no clock of ours can
 * hide a power-on. What happens to the copies of a source that ran: `void-copies.ts`.
 */
import type { OffEvidence } from './copy-evidence';
import type { PowerReading } from './inventory';

export function offEvidence(reading: PowerReading): OffEvidence {
  return { bootTime: reading.bootTime, lastPowerOn: reading.lastPowerOn };
}

/** Says how we know that the source ran since, as one clause; null where nothing speaks for it. */
export function ranSince(evidence: OffEvidence, reading: PowerReading): string | null {
  if (reading.state !== 'poweredOff') return `vCenter says that it is ${reading.state}`;
  if (isLater(reading.lastPowerOn, evidence.lastPowerOn))
    return `vCenter recorded a power-on at ${reading.lastPowerOn}`;
  if (isLater(reading.bootTime, evidence.bootTime)) return `vCenter recorded a boot at ${reading.bootTime}`;
  return null;
}

/** Null says nothing: vCenter clears boot times and forgets events. A first word after none is news. */
function isLater(time: string | null, before: string | null): boolean {
  if (time === null) return false;
  return before === null || Date.parse(time) > Date.parse(before);
}
