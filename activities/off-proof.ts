/**
 * The proof that a source is off, in the moment in which its target is started.
 *
 * A worker may stand still at any moment, and wake when others have long given the migration up and started the source. So the
 * source is read first; then Temporal confirms that this attempt is the one that counts; and the start is sent within seconds
 * of both, or never.
 */
import type { OffEvidence } from '../plan/copy-evidence';
import type { PowerReading } from '../plan/inventory';
import { sharersRan, type SharerReading } from '../plan/sharers';
import { ranSince } from '../plan/off-proof';
import type { VmRef } from '../plan/vm-ref';
import { failure } from './failure';
import type { WatchedVm } from './interfaces';
import type { PowerWindow } from './vsphere/power-window';

/** Milliseconds, counted from the question to vCenter, which may take seconds to look through its events. */
export const PROOF_MS = 15_000;

/** What the source says before its target is started. */
export type OffProof =
  /** How we know that it ran, as one clause: the target must stay off. `other`: a VM that has a disk together with it ran. */
  | { ran: string; other?: WatchedVm }
  /** Until when the start may be sent, in milliseconds since the epoch. */
  | { ran: null; startBy: number };

/** Reads the source, and whoever has a disk together with it, now. */
export type ProveOff = (vm: VmRef, off: OffEvidence, others?: readonly WatchedVm[]) => Promise<OffProof>;

/**
 * @param off what vCenter said of the source when it was seen off
 * @throws CancelledFailure where the attempt no longer counts; SourceFault, which tries again with a fresh look, where the
 * proof is too old to start anything by it
 */
export async function proveOff(
  off: OffEvidence,
  {
    read,
    others = [],
    readOthers = () => Promise.resolve([]),
    window,
    now = Date.now,
  }: {
    read: () => Promise<PowerReading>;
    others?: readonly WatchedVm[];
    readOthers?: () => Promise<SharerReading[]>;
    window: PowerWindow;
    now?: () => number;
  },
): Promise<OffProof> {
  const asked = now();
  const [reading, readings] = await Promise.all([read(), readOthers()]);
  const ran = ranSince(off, reading);
  if (ran !== null) return { ran };
  for (const other of others) {
    const [otherRan] = sharersRan([other], readings);
    if (otherRan !== undefined) return { ran: otherRan, other };
  }
  const sendWithinMs = await window.open();
  const at = now();
  // A clock that was set back says nothing about the age.
  if (at < asked || at >= asked + PROOF_MS)
    throw failure('SourceFault', 'the target was not started: what vCenter said of the source is too old');
  return { ran: null, startBy: Math.min(asked + PROOF_MS, at + sendWithinMs) };
}
