/** A wave as data: which of its VMs wait, run, are parked or have ended. Pure. */
import type { ResolvedPage } from '../../activities/interfaces';
import { MAX_VMS_PER_WAVE } from '../../plan/field-limits';
import type { Failure } from '../../plan/failures';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import type { Problem } from '../../plan/problem';
import { vmId } from '../../plan/workflow-ids';
import type { Outcome, WaveState, WaveVm } from '../temporal-api';

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
  const known = new Set(state.problems.map((problem) => JSON.stringify(problem)));
  state.problems.push(...page.problems.filter((problem) => !known.has(JSON.stringify(problem))));
  if (page.total > MAX_VMS_PER_WAVE) state.problems.push(tooLarge(page.total));
}

export function isRefused(state: WaveState): boolean {
  return state.problems.some((problem) => problem.severity === 'error');
}

function tooLarge(total: number): Problem {
  return {
    severity: 'error',
    location: { path: 'spec.vms' },
    found: `the plan has ${total} VMs (PlanTooLarge)`,
    remedy: `split it into plans of at most ${MAX_VMS_PER_WAVE} VMs`,
  };
}

/** Those that were migrated before have ended already, and come first. */
export function queue(state: WaveState, vms: readonly FrozenVm[], migrated: readonly MigratedVm[]): void {
  state.phase = 'migrating';
  const before = migrated.map(({ vm, vcenterUuid }): WaveVm => ({
    name: vm.name,
    moref: vm.moref,
    workflowId: vmId({ vcenterUuid, moref: vm.moref }),
    phase: 'ended',
    outcome: 'alreadyMigrated',
    failure: null,
  }));
  const queued = vms.map(({ vm, vcenterUuid }): WaveVm => ({
    name: vm.name,
    moref: vm.moref,
    workflowId: vmId({ vcenterUuid, moref: vm.moref }),
    phase: 'queued',
    outcome: null,
    failure: null,
  }));
  state.vms = [...before, ...queued];
}

/** A parked VM holds no slot; one that goes on takes one at once, even if that is one too many for a while. */
export function hasFreeSlot({ vms, maxConcurrentVms }: WaveState): boolean {
  return vms.filter(({ phase }) => phase === 'starting' || phase === 'running').length < maxConcurrentVms;
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

export function endVm(vm: WaveVm, outcome: Outcome, failure: Failure | null): void {
  Object.assign(vm, { phase: 'ended', outcome, failure } satisfies Partial<WaveVm>);
}
