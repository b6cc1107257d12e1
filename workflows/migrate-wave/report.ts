/** The rows of a wave's report. Pure. */
import { cut } from '../../plan/cut';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import type { Decision, FellBack, VmState, VmSummary, WaveVm } from '../temporal-api';
import { downtime, phaseSeconds, timelineOf, waitSeconds } from './times';

/** How a VM ended, as far as its wave knows it. */
type Ended = Pick<WaveVm, 'outcome' | 'failure' | 'group'>;

/** @param state null for a VM that was never started, or whose record is lost with its workflow */
export function summarize(vm: FrozenVm, row: Ended, state: VmState | null): VmSummary {
  return {
    name: vm.vm.name,
    target: `${vm.namespace}/${vm.targetName}`,
    disks: vm.disks.length,
    bytes: state === null ? 0 : copiedBytes(state),
    methods: [...new Set(state?.disks.map(({ method }) => method) ?? frozenMethods(vm))].sort(),
    ...fallbacks(state),
    downtimeSeconds: state === null ? null : downtime(state),
    phaseSeconds: state === null ? {} : phaseSeconds(state),
    outcome: row.outcome ?? 'failed',
    failure:
      row.failure === null ? null : { ...row.failure, message: cut(row.failure.message, LONGEST_MESSAGE) },
    ...(row.group !== undefined && { group: row.group }),
    ...(state !== null && { ...course(state), ...estimate(state, vm.policy.maxConcurrentDisks) }),
  };
}

/** What a row says of the course of a migration; nothing of what did not happen. */
function course(state: VmState): Partial<VmSummary> {
  const startedAt = state.timings[0]?.startedAt;
  const endedAt = state.timings.at(-1)?.endedAt ?? undefined;
  const attempts = state.disks.reduce((sum, disk) => sum + disk.attempts, 0);
  const waits = waitSeconds(state);
  return {
    ...(startedAt !== undefined && { startedAt, timeline: timelineOf(state) }),
    ...(endedAt !== undefined && { endedAt }),
    ...(Object.keys(waits).length > 0 && { waitSeconds: waits }),
    ...(attempts > 0 && { attempts }),
    ...(state.decisions.length > 0 && { decisions: lastWords(state.decisions) }),
  };
}

/** At least as long as the longest disk, and as all disks with so many at once. */
function estimate({ disks }: VmState, atOnce: number): Pick<VmSummary, 'estimatedCopySeconds'> {
  const estimates = disks.map(({ estimatedSeconds }) => estimatedSeconds).filter((one) => one !== undefined);
  if (estimates.length === 0 || estimates.length < disks.length) return {};
  const all = (side: 0 | 1): number => {
    const seconds = estimates.map((one) => one[side]);
    return Math.max(...seconds, Math.ceil(seconds.reduce((sum, one) => sum + one, 0) / atOnce));
  };
  return { estimatedCopySeconds: [all(0), all(1)] };
}

/** A row has room for so many words of operators, and for so much of each text. The VM's own record has all of them. */
const DECISIONS_IN_ROW = 3;
const LONGEST_MESSAGE = 300;
const LONGEST_WHO = 40;
const LONGEST_WHY = 80;
const CHANGES_IN_ROW = 2;
const LONGEST_VALUE = 20;

function lastWords(decisions: readonly Decision[]): Decision[] {
  return decisions.slice(-DECISIONS_IN_ROW).map(({ changes, ...one }) => ({
    ...one,
    who: cut(one.who, LONGEST_WHO),
    why: cut(one.why, LONGEST_WHY),
    ...(changes !== undefined && { changes: firstChanges(changes) }),
  }));
}

/** As many as fit into a row. */
function firstChanges(changes: NonNullable<Decision['changes']>): typeof changes {
  return changes.slice(0, CHANGES_IN_ROW).map(({ key, before, after }) => ({
    key: cut(key, LONGEST_VALUE),
    before: cut(before, LONGEST_VALUE),
    after: cut(after, LONGEST_VALUE),
  }));
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

/** One whose page is lost: how it ended is all that is left. */
export function summarizeLost({ name, outcome, failure, group }: WaveVm): VmSummary {
  return {
    name,
    target: '',
    disks: 0,
    bytes: 0,
    methods: [],
    downtimeSeconds: null,
    phaseSeconds: {},
    outcome: outcome ?? 'failed',
    failure,
    ...(group !== undefined && { group }),
  };
}

function frozenMethods({ disks }: FrozenVm): string[] {
  return disks.map(({ method }) => method.kind);
}

function fallbacks(state: VmState | null): Pick<VmSummary, 'fellBack'> {
  const fellBack = (state?.disks ?? []).flatMap((disk) =>
    disk.fellBack === undefined ? [] : [{ disk: disk.index, ...shortened(disk.fellBack) }],
  );
  return fellBack.length === 0 ? {} : { fellBack };
}

function shortened(fellBack: FellBack): FellBack {
  return { ...fellBack, message: cut(fellBack.message, LONGEST_MESSAGE) };
}

/** A copier that does not say what it moved is taken to have moved the whole disk. */
function copiedBytes({ disks }: VmState): number {
  return disks
    .filter((disk) => disk.phase === 'copied')
    .reduce((sum, disk) => sum + (disk.bytesCopied ?? disk.capacityBytes), 0);
}
