/** One disk of a watched VM, as lines and bars show it. */
import type { DiskPhase } from '../../workflows/temporal-api';
import type { WatchedVm } from '../watched-vm';
import { describeFallback } from './fallback';
import { describeWait } from './format';

export interface DiskRow {
  /** Stable over snapshots. */
  id: string;
  /** `web-01 disk 0`. */
  label: string;
  method: 'import' | 'plugin';
  /** Why it is not its datastore's plugin; null where it is, or where there is none. */
  fallback: string | null;
  phase: DiskPhase;
  attempts: number;
  doneBytes: number;
  totalBytes: number;
  /** As its copier's worker sees it; null where nothing moves yet. */
  bytesPerSecond: number | null;
  /** What its copier does or waits for; null where it does not say. */
  note: string | null;
  /** What a person should look at, though the copy goes on. */
  warning: string | null;
}

export function diskRows(vm: WatchedVm): DiskRow[] {
  return (vm.state?.disks ?? []).map((disk) => {
    const progress = vm.steps.find((step) => step.diskKey === disk.key && step.progress !== null)?.progress;
    const totalBytes = progress?.bytesTotal ?? disk.capacityBytes;
    return {
      id: `${vm.workflowId}/${disk.key}`,
      label: `${vm.name} disk ${disk.index}`,
      method: disk.method,
      fallback: disk.fellBack === undefined ? null : describeFallback(disk.fellBack),
      phase: disk.phase,
      attempts: disk.attempts,
      doneBytes: disk.phase === 'copied' ? totalBytes : Math.min(progress?.bytesDone ?? 0, totalBytes),
      totalBytes,
      bytesPerSecond: progress?.bytesPerSecond ?? null,
      note: progress?.note ?? (disk.waitingSince === undefined ? null : describeWait(disk.waitingSince)),
      warning: progress?.warning ?? null,
    };
  });
}
