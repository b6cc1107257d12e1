/** What is left of a VM's copies, from its heartbeats and from rates that were measured. */
import type { DiskState, VmState } from '../workflows/temporal-api';
import type { RateView } from '../workflows/transfer-slots/messages';
import type { Range } from '../workflows/transfer-slots/rates';
import { type DiskProgress, leftOfCopies, leftOfDisk } from './estimates';
import { diskRows } from './render/disk-row';
import type { RunningActivity } from './running-activities';

/** Seconds. */
export interface VmLeft {
  /** Of all disks together; null as long as one of them is unknown. */
  copies: Range | null;
  disks: DiskLeft[];
}

export interface DiskLeft {
  key: number;
  doneBytes: number;
  totalBytes: number;
  bytesPerSecond: number | null;
  left: Range | null;
}

/** Whether disks of it are yet to be copied. */
export function hasCopiesLeft({ outcome, disks }: VmState): boolean {
  return outcome === null && disks.some(({ phase }) => phase !== 'copied');
}

/** Whether rates would tell more than the VM's own record. */
export function needsRates(state: VmState): boolean {
  return hasCopiesLeft(state) && state.disks.some(({ estimatedSeconds }) => estimatedSeconds === undefined);
}

/** @param rates of whole kinds of copies, for disks of which the migration has heard no estimate yet */
export function leftOfVm(
  vm: { workflowId: string; name: string; state: VmState; steps: RunningActivity[] },
  rates: readonly RateView[],
): VmLeft {
  const progress = diskRows(vm).map((row, index): DiskProgress & { key: number } => {
    const disk = vm.state.disks[index]!;
    return { ...row, key: disk.key, phase: disk.phase, estimate: estimateOf(disk, rates) };
  });
  return {
    copies: leftOfCopies(progress),
    disks: progress.map((disk) => ({
      key: disk.key,
      doneBytes: disk.doneBytes,
      totalBytes: disk.totalBytes,
      bytesPerSecond: disk.bytesPerSecond,
      left: leftOfDisk(disk),
    })),
  };
}

function estimateOf(
  { estimatedSeconds, method, capacityBytes }: DiskState,
  rates: readonly RateView[],
): Range | null {
  if (estimatedSeconds !== undefined) return { low: estimatedSeconds[0], high: estimatedSeconds[1] };
  const rate = rates.find(({ of }) => of === method);
  return rate === undefined ? null : { low: capacityBytes / rate.high, high: capacityBytes / rate.low };
}
