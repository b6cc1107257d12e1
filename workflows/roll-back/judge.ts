/** Whether a finished migration may be rolled back, by what was read of both sides. Pure; times are ISO 8601. */
import type { FinishedMigration, TargetLook } from '../../activities/interfaces';
import { describeFailure, type Failure } from '../../plan/failures';
import type { FrozenVm } from '../../plan/frozen';
import { withoutHosts } from '../../plan/import-host';
import type { PowerReading } from '../../plan/inventory';
import { ranSince } from '../../plan/off-proof';
import { sharedText } from '../../plan/shared-text';

/** Why the target is final; null where it is not. */
export function finalFault(
  { vm }: Pick<FinishedMigration, 'vm'>,
  { finalAt, finishedAt }: Pick<TargetLook, 'finalAt' | 'finishedAt'>,
  now: string,
): Failure | null {
  const target = `VirtualMachine ${vm.namespace}/${vm.targetName}`;
  if (finalAt !== null) return describeFailure('TargetFinal', `${target} is final since ${finalAt}`);
  const seconds = vm.policy.finalizeAfterSeconds;
  if (seconds === undefined || finishedAt === null) return null;
  const end = Date.parse(finishedAt) + seconds * 1000;
  if (Date.parse(now) < end) return null;
  const since = new Date(end).toISOString();
  return describeFailure('TargetFinal', `${target} is final since ${since}: its plan has finalizeAfter`);
}

/**
 * Why the source is not what the migration left; null where it is. A source that runs while the target is off is where the
 * rollback leads: somebody went back by hand, or an earlier rollback was ended on its way.
 */
export function sourceFault(
  { off }: Pick<FinishedMigration, 'off'>,
  reading: PowerReading,
  target: Pick<TargetLook, 'isOn'>,
): Failure | null {
  if (reading.state === 'poweredOn') {
    if (!target.isOn) return null;
    return describeFailure('SourceUsed', 'the source runs, and so does the target');
  }
  const ran = ranSince(off, reading);
  return ran === null
    ? null
    : describeFailure('SourceUsed', `the source was used after its migration: ${ran}`);
}

/** Why other targets keep this one where it is; null where none uses its disks. */
export function sharedFault(
  { vm }: Pick<FinishedMigration, 'vm'>,
  { usedBy = [] }: Pick<TargetLook, 'usedBy'>,
): Failure | null {
  return usedBy.length === 0 ? null : describeFailure('TargetShared', sharedText(vm, usedBy));
}

/**
 * For a look at the source alone: no image is given its login, so no owner has to agree to one. And no ESXi host is asked: it may
 * be gone since, and so may its login.
 */
export function withoutCopiers(vm: FrozenVm): FrozenVm {
  return {
    ...vm,
    source: { ...withoutHosts(vm.source), vddkImage: null },
    disks: vm.disks.map((disk) => ({ ...disk, method: { kind: 'import' as const } })),
  };
}
