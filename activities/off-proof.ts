/**
 * The proof that a source is off, in the moment in which its target is started.
 *
 * A worker may stand still at any moment, and wake when others have long given the migration up and started the source. So the
 * source is read first; then Temporal confirms that this attempt is the one that counts; and the start is sent within seconds
 * of both, or never.
 */
import type { OffEvidence } from '../plan/copy-evidence';
import type { PowerReading } from '../plan/inventory';
import { ranSince } from '../plan/off-proof';
import type { VmRef } from '../plan/vm-ref';
import { failure } from './failure';
import type { PowerWindow } from './vsphere/power-window';

/** Milliseconds, counted from the question to vCenter, which may take seconds to look through its events. */
export const PROOF_MS = 15_000;

/** What the source says before its target is started. */
export type OffProof =
  /** How we know that it ran, as one clause: the target must stay off. */
  | { ran: string }
  /** Until when the start may be sent, in milliseconds since the epoch. */
  | { ran: null; startBy: number };

/** Reads the source now. */
export type ProveOff = (vm: VmRef, off: OffEvidence) => Promise<OffProof>;

/**
 * @param off what vCenter said of the source when it was seen off
 * @throws CancelledFailure where the attempt no longer counts; SourceFault, which tries again with a fresh look, where the
 * proof is too old to start anything by it
 */
export async function proveOff(
  off: OffEvidence,
  {
    read,
    window,
    now = Date.now,
  }: { read: () => Promise<PowerReading>; window: PowerWindow; now?: () => number },
): Promise<OffProof> {
  const asked = now();
  const ran = ranSince(off, await read());
  if (ran !== null) return { ran };
  const sendWithinMs = await window.open();
  const at = now();
  // A clock that was set back says nothing about the age.
  if (at < asked || at >= asked + PROOF_MS)
    throw failure('SourceFault', 'the target was not started: what vCenter said of the source is too old');
  return { ran: null, startBy: Math.min(asked + PROOF_MS, at + sendWithinMs) };
}
