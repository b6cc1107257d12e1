/**
 * The business process: what a rollback does, in which order. Source and target never run together (promise 1): the target is
 * proven off, then the source is started, and only then anything is removed. Each step may be entered again after a failure.
 */
import type { TargetRequest } from '../../activities/interfaces';
import { describeFailure } from '../../plan/failures';
import { vmRef } from '../../plan/vm-ref';
import { back, backWaits, beside, local, power, waits } from '../activity-proxies';
import { fail } from '../failure';
import { ranSince } from '../../plan/off-proof';
import type { RollBackPhase } from '../temporal-api';
import { now } from '../time';
import { finalFault, sharedFault, sourceFault, withoutCopiers } from './judge';
import { foundOf, nameVm, type RollBack } from './state';

type Work = (rollBack: RollBack) => Promise<void>;

const PHASE_WORK = {
  'stop-target': stopTarget,
  'start-source': startSource,
  note,
  'delete-target': deleteTarget,
} as const satisfies Partial<Record<RollBackPhase, Work>>;

/** The phases that are yet to be done, after the look. */
export function workLeft({ state, memory }: RollBack): [RollBackPhase, Work][] {
  const wasRolledBack = memory.found?.target.rolledBackAt != null;
  return (Object.entries(PHASE_WORK) as [keyof typeof PHASE_WORK, Work][]).filter(([phase]) => {
    if (memory.done.has(phase)) return false;
    return phase === 'delete-target' ? state.deletesTarget : !wasRolledBack;
  });
}

/** Whatever fails here refuses the rollback: nothing was touched. */
export async function look(rollBack: RollBack): Promise<void> {
  const { input, state, memory } = rollBack;
  const { vcenterUuid, moref, runId } = input;
  const migration = await back.readMigration({ vcenterUuid, moref, runId });
  nameVm(state, migration);
  const { vm } = migration;
  const target = await back.lookAtTarget(vmRef(vm), runId);
  memory.found = { migration, target };
  if (target.rolledBackAt !== null) {
    if (target.isOn)
      throw fail('TargetChanged', `the target was rolled back at ${target.rolledBackAt}, and runs again`);
    return;
  }
  const { power: reading } = await stepsOf(rollBack).checkSource(withoutCopiers(vm), { power: true });
  if (reading === undefined) throw fail('Unexpected', 'the look at the source did not read its power');
  const fault =
    sharedFault(migration, target) ??
    finalFault(migration, target, now()) ??
    sourceFault(migration, reading, target);
  if (fault !== null) throw fail(fault.kind, fault.message);
  state.startsSource = input.source === undefined ? migration.sourceRan : input.source === 'start';
}

async function stopTarget(rollBack: RollBack): Promise<void> {
  rollBack.memory.halts = true;
  await backWaits.stopTarget(targetOf(rollBack));
  rollBack.state.targetStoppedAt ??= now();
}

/** A source that runs already was started by somebody else, after the target was off. */
async function startSource(rollBack: RollBack): Promise<void> {
  const { state, memory, input } = rollBack;
  if (state.startsSource !== true) return;
  const { migration } = foundOf(rollBack);
  const { vm } = targetOf(rollBack);
  const target = await back.lookAtTarget(vm, input.runId);
  const shared = sharedFault(migration, target);
  if (shared !== null) throw fail(shared.kind, shared.message);
  if (target.isOn)
    throw fail('MachineNotStopped', `VirtualMachine ${vm.namespace}/${vm.targetName} was started again`);
  const source = { source: vm.source, moref: vm.moref };
  const reading = await stepsOf(rollBack).readPower(source);
  if (reading.state === 'poweredOn') return;
  // A start of ours may have arrived although its answer was lost.
  const fault = memory.startedSource ? null : sourceFault(migration, reading, { isOn: false });
  if (fault !== null) throw fail(fault.kind, fault.message);
  memory.startedSource = true;
  await power.powerOnSource(source);
  state.sourceStartedAt = now();
}

async function note(rollBack: RollBack): Promise<void> {
  await back.noteRolledBack(targetOf(rollBack), rollBack.input.runId);
}

async function deleteTarget(rollBack: RollBack): Promise<void> {
  rollBack.state.left = await backWaits.deleteTarget(targetOf(rollBack));
}

/**
 * Gives the rollback up, unless the source may have run meanwhile: a target that ran runs again, and others may attach its
 * volumes again.
 */
export async function runTarget(rollBack: RollBack): Promise<void> {
  const { state, memory } = rollBack;
  const { migration, target } = foundOf(rollBack);
  if (!memory.halts || !(target.isOn || target.shares === true)) return;
  const ran = memory.startedSource ? 'this rollback has started it' : await resumeTarget(rollBack);
  if (ran !== null) {
    const { remedy } = describeFailure('SourceUsed', '');
    state.left = [`the target stays off, because the source may have run: ${ran}; ${remedy}`];
    return;
  }
  if (!target.isOn) return;
  const seconds = migration.vm.policy.startDeadlineSeconds;
  await waits(seconds).awaitMachineRunning(targetOf(rollBack).vm, seconds);
}

/** @returns how we know that the source ran, as one clause: the target stays off; null where it was started */
async function resumeTarget(rollBack: RollBack): Promise<string | null> {
  const { migration, target } = foundOf(rollBack);
  const request = targetOf(rollBack);
  const strategy = target.isOn ? target.strategy : 'Halted';
  if (rollBack.memory.worksBeside) return beside.resumeTarget(request, strategy, migration.off);
  const { source, moref } = request.vm;
  const ran = ranSince(migration.off, await local.readPower({ source, moref }));
  // In the very task that proved the source off: little lies between the proof and the start.
  if (ran === null) await local.resumeTarget(request, strategy);
  return ran;
}

/** Rollbacks of an older version go on as they began. */
function stepsOf({ memory }: RollBack): Pick<typeof beside, 'checkSource' | 'readPower'> {
  return memory.worksBeside ? beside : local;
}

function targetOf(rollBack: RollBack): TargetRequest {
  const { migration, target } = foundOf(rollBack);
  return { vm: vmRef(migration.vm), uid: target.uid };
}
