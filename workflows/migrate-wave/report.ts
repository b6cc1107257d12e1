/** The rows of a wave's report. Pure. */
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import type { PhaseTiming, VmState, VmSummary, WaveVm } from '../temporal-api';

/** @param state null for a VM that was never started, or whose record is lost with its workflow */
export function summarize(vm: FrozenVm, row: WaveVm, state: VmState | null): VmSummary {
  return {
    name: vm.vm.name,
    target: `${vm.namespace}/${vm.targetName}`,
    disks: vm.disks.length,
    bytes: state === null ? 0 : copiedBytes(state),
    methods: [...new Set(state?.disks.map(({ method }) => method) ?? frozenMethods(vm))].sort(),
    ...fallbacks(state),
    downtimeSeconds: state === null ? null : downtime(state),
    phaseSeconds: phaseSeconds(state?.timings ?? []),
    outcome: row.outcome ?? 'failed',
    failure: row.failure,
    ...(row.group !== undefined && { group: row.group }),
  };
}

/** One that was migrated before: nothing of it was touched. */
export function summarizeMigrated({ vm, target, plan, at, disks, targetStands }: MigratedVm): VmSummary {
  return {
    name: vm.name,
    target: `${target.namespace}/${target.name}`,
    disks,
    bytes: 0,
    methods: [],
    downtimeSeconds: null,
    phaseSeconds: {},
    outcome: 'alreadyMigrated',
    failure: null,
    migrated: { plan, at, targetStands },
  };
}

function frozenMethods({ disks }: FrozenVm): string[] {
  return disks.map(({ method }) => method.kind);
}

function fallbacks(state: VmState | null): Pick<VmSummary, 'fellBack'> {
  const fellBack = (state?.disks ?? []).flatMap((disk) =>
    disk.fellBack === undefined ? [] : [{ disk: disk.index, ...disk.fellBack }],
  );
  return fellBack.length === 0 ? {} : { fellBack };
}

/** A copier that does not say what it moved is taken to have moved the whole disk. */
function copiedBytes({ disks }: VmState): number {
  return disks
    .filter((disk) => disk.phase === 'copied')
    .reduce((sum, disk) => sum + (disk.bytesCopied ?? disk.capacityBytes), 0);
}

/** From the moment the source was off until the target, or the source again, ran. Null where nothing ran before or after. */
function downtime({ source, targetRunningAt }: VmState): number | null {
  const up = source.startedAgainAt ?? targetRunningAt;
  return source.stoppedAt === null || up === null ? null : seconds(source.stoppedAt, up);
}

/** All runs of a phase together. Times of waiting for an operator are no phase's. */
function phaseSeconds(timings: readonly PhaseTiming[]): VmSummary['phaseSeconds'] {
  const sums: VmSummary['phaseSeconds'] = {};
  for (const { phase, startedAt, endedAt } of timings) {
    if (endedAt !== null) sums[phase] = (sums[phase] ?? 0) + seconds(startedAt, endedAt);
  }
  return sums;
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
