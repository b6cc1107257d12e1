/** A wave as data: which of its VMs wait, run, are parked or have ended. Pure. */
import type { ResolvedPage } from '../../activities/interfaces';
import { MAX_ROWS_PER_WAVE, MAX_VMS_PER_WAVE } from '../../plan/field-limits';
import type { Failure } from '../../plan/failures';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import type { Problem } from '../../plan/problem';
import { vmId } from '../../plan/workflow-ids';
import type { VmRole } from '../../plan/wave';
import type { Standing } from '../../plan/windows';
import type { WaveDecision, WaveHold, WaveOutcome, WaveState, WaveVm } from '../temporal-api';
import { NO_RULES, type WaveView } from './decide';

export function newWaveState(): WaveState {
  return {
    plan: { namespace: '', name: '' },
    phase: 'resolving',
    problems: [],
    maxConcurrentVms: 1,
    vms: [],
  };
}

/** Takes what one page of the plan says beside its VMs. Each page may repeat the problems of the whole plan. */
export function takePage(state: WaveState, page: ResolvedPage): void {
  state.plan = page.plan;
  state.maxConcurrentVms = page.maxConcurrentVms;
  if (page.wave !== undefined) state.rules = page.wave;
  const known = new Set(state.problems.map((problem) => JSON.stringify(problem)));
  state.problems.push(...page.problems.filter((problem) => !known.has(JSON.stringify(problem))));
  // A page from before migrated VMs were counted apart has one count only.
  const toMigrate = page.toMigrate ?? page.total;
  if (toMigrate > MAX_VMS_PER_WAVE)
    state.problems.push(tooLarge(`${toMigrate} VMs to migrate`, `${MAX_VMS_PER_WAVE} VMs to migrate`));
  else if (page.total > MAX_ROWS_PER_WAVE)
    state.problems.push(
      tooLarge(`${page.total} VMs`, `${MAX_ROWS_PER_WAVE} VMs, and take out those that are migrated`),
    );
}

export function isRefused(state: WaveState): boolean {
  return state.problems.some((problem) => problem.severity === 'error');
}

function tooLarge(has: string, most: string): Problem {
  return {
    severity: 'error',
    location: { path: 'spec.vms' },
    found: `the plan has ${has} (PlanTooLarge)`,
    remedy: `split it into plans of at most ${most}`,
  };
}

/** Of all pages. */
export interface Resolved {
  vms: FrozenVm[];
  migrated: MigratedVm[];
  roles: VmRole[];
}

/** Those that were migrated before have ended already, and come first. */
export function queue(state: WaveState, { vms, migrated, roles }: Resolved): void {
  state.phase = 'migrating';
  const roleOf = new Map(roles.map((role) => [role.moref, role]));
  const row = ({ vm, vcenterUuid }: FrozenVm | MigratedVm): WaveVm => ({
    name: vm.name,
    moref: vm.moref,
    workflowId: vmId({ vcenterUuid, moref: vm.moref }),
    phase: 'queued',
    outcome: null,
    failure: null,
    ...placed(roleOf.get(vm.moref)),
  });
  const before = migrated.map((one): WaveVm => ({
    ...row(one),
    phase: 'ended',
    outcome: 'alreadyMigrated',
  }));
  state.vms = [...before, ...vms.map((vm) => ({ ...row(vm), ...sizeOf(vm) }))];
}

/** What an estimate of its time is made from. */
function sizeOf({ disks }: FrozenVm): Pick<WaveVm, 'disks' | 'bytes' | 'methods'> {
  return {
    disks: disks.length,
    bytes: disks.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0),
    methods: [...new Set(disks.map(({ method }) => method.kind))].sort(),
  };
}

function placed(role: VmRole | undefined): Pick<WaveVm, 'group' | 'priority' | 'canary'> {
  if (role === undefined) return {};
  const { group, priority, canary } = role;
  return { ...(group !== null && { group }), priority, ...(canary && { canary }) };
}

/** Until the wave has looked. */
const UNKNOWN: Standing = { open: false, until: null, local: null };

/** As the deciding core has it. */
export function viewOf(state: WaveState): WaveView<WaveVm> {
  const { vms, maxConcurrentVms, rules, paused, released, window } = state;
  return {
    vms,
    maxConcurrentVms,
    rules: rules ?? NO_RULES,
    paused: paused ?? null,
    released: released ?? { canary: false, groups: [] },
    ...(rules?.startWindows !== undefined && { window: window ?? UNKNOWN }),
  };
}

/** What held before keeps its time. */
export function updateHolds(state: WaveState, holds: readonly Omit<WaveHold, 'since'>[], now: string): void {
  const former = state.holds ?? [];
  const since = ({ kind, group }: Omit<WaveHold, 'since'>): string =>
    former.find((hold) => hold.kind === kind && hold.group === group)?.since ?? now;
  if (holds.length === 0) delete state.holds;
  else state.holds = holds.map((hold) => ({ ...hold, since: since(hold) }));
}

/** Decisions that a record holds. Of more, the last; all are in the workflow's history. */
const MOST_DECISIONS_KEPT = 100;

export function keepDecision(state: WaveState, decision: WaveDecision): void {
  state.decisions = [...(state.decisions ?? []).slice(1 - MOST_DECISIONS_KEPT), decision];
}

/** The server has it. It may have parked, and said so, already. */
export function setStarted(vm: WaveVm): void {
  if (vm.phase === 'starting') vm.phase = 'running';
}

export function setParked({ vms }: WaveState, moref: string, parked: boolean): void {
  const vm = vms.find((candidate) => candidate.moref === moref);
  // A word that arrives after the end, or before the start of a later run of the VM, says nothing about this one.
  if (vm === undefined || vm.phase === 'queued' || vm.phase === 'ended') return;
  vm.phase = parked ? 'parked' : 'running';
}

/** One that was queued until now. */
export function endUnstarted(vm: WaveVm, outcome: 'skipped' | 'aborted'): void {
  endVm(vm, outcome, null);
  vm.unstarted = true;
}

export function endVm(vm: WaveVm, outcome: WaveOutcome, failure: Failure | null): void {
  Object.assign(vm, { phase: 'ended', outcome, failure } satisfies Partial<WaveVm>);
}
