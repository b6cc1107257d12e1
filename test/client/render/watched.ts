/** Looks at a wave of one VM. */
import type { ActivityProgress } from '../../../activities/interfaces';
import { NO_PROGRESS } from '../../../activities/progress';
import type { WatchSnapshot } from '../../../client/watch';
import type { WatchedVm } from '../../../client/watched-vm';
import type { DiskState, VmState } from '../../../workflows/temporal-api';

export const GIB = 1024 ** 3;

export function diskState(change: Partial<DiskState> = {}): DiskState {
  return {
    key: 2000,
    index: 0,
    path: '[ssd-1] web/web.vmdk',
    volumeName: 'web-disk-0',
    method: 'import',
    capacityBytes: 4 * GIB,
    phase: 'waiting',
    attempts: 1,
    bytesCopied: null,
    startedAt: null,
    endedAt: null,
    failure: null,
    ...change,
  };
}

export function vmState(change: Partial<VmState> = {}): VmState {
  return {
    plan: { namespace: 'mtv', name: 'wave-1' },
    vm: { name: 'web', moref: 'vm-1' },
    target: { namespace: 'migrated', name: 'web' },
    phase: 'copy',
    outcome: null,
    attention: null,
    disks: [diskState()],
    timings: [],
    source: { ranAtStart: true, stoppedByUs: true, stoppedAt: null, startedAgainAt: null },
    targetRunningAt: null,
    conversion: null,
    proof: null,
    decisions: [],
    failure: null,
    left: [],
    ...change,
  };
}

export function snapshot(
  state: VmState | null,
  change: Partial<WatchSnapshot> & { bytesDone?: number; progress?: Partial<ActivityProgress> } = {},
): WatchSnapshot {
  const { bytesDone, progress = {}, ...rest } = change;
  const vm: WatchedVm = {
    workflowId: 'migrate-vm/uuid/vm-1',
    name: 'web',
    state,
    steps:
      bytesDone === undefined
        ? []
        : [
            {
              activity: 'awaitImport',
              diskKey: 2000,
              attempt: 1,
              startedAt: null,
              heartbeatAt: null,
              progress: { ...NO_PROGRESS, bytesDone, ...progress },
              lastFailure: null,
            },
          ],
  };
  return { wave: null, vms: [vm], workerSilent: false, status: 'running', ...rest };
}
