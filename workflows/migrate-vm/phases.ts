/**
 * The business process: what a migration does, in which order. Each step may be entered again after a failure and
 * finds what it did before, in the world or in the migration's facts.
 */
import { cleanUp, quick, waits } from '../activity-proxies';
import { settleAll } from '../concurrency';
import { PHASES, type Phase } from '../contract';
import { fail } from '../failure';
import { copyDisks } from './copies';
import { markVolumes } from './markers';
import { proveOff, stopSource } from './source';
import { NOT_CONVERTED, voidCopies, type Migration } from './state';
import { now } from './time';

/** `restore` is not on the way forward. */
export type ForwardPhase = Exclude<Phase, 'restore'>;

export const STEPS: Record<ForwardPhase, (migration: Migration) => Promise<void>> = {
  check,
  volumes: makeVolumes,
  'stop-source': stopSource,
  copy: copyDisks,
  convert,
  'create-vm': createMachine,
  'start-vm': startMachine,
  tidy,
};

/** The first phase that is not done, or null after the last: a failure that undid former phases leads back there. */
export function nextPhase({ facts }: Migration): ForwardPhase | null {
  return PHASES.find((phase): phase is ForwardPhase => phase !== 'restore' && !facts.done.has(phase)) ?? null;
}

async function check({ vm, facts }: Migration): Promise<void> {
  const checkSource = async () => {
    facts.connection = await quick.checkSource(vm);
  };
  await settleAll([checkSource(), quick.checkTarget(vm)]);
}

async function makeVolumes(migration: Migration): Promise<void> {
  const { vm, facts } = migration;
  if (facts.stale) await discardVolumes(migration);
  facts.connection ??= await quick.checkSource(vm);
  facts.made.volumes = true;
  await quick.ensureVolumes(vm, facts.connection);
  await waits(vm.policy.bindDeadlineSeconds).awaitVolumesBound(vm);
}

/** Whatever still uses the volumes ends first. */
async function discardVolumes({ vm, ref, facts }: Migration): Promise<void> {
  if (facts.made.conversion) await cleanUp.stopConversion(ref);
  if (facts.made.machine) await cleanUp.removeMachine(ref);
  await settleAll(vm.disks.map((disk) => cleanUp.discardVolume({ vm: ref, disk })));
  facts.made.machine = false;
  facts.stale = false;
}

async function convert(migration: Migration): Promise<void> {
  const { vm, ref, state, facts } = migration;
  if (!vm.convert) {
    state.conversion = NOT_CONVERTED;
    return;
  }
  if (state.conversion === null) {
    await markVolumes(migration, vm.disks, 'converting');
    facts.made.conversion = true;
    facts.conversionAttempts += 1;
    try {
      await quick.startConversion(vm, facts.conversionAttempts);
      const deadline = vm.policy.convertDeadlineSeconds;
      state.conversion = await waits(deadline).awaitConversion(ref, facts.conversionAttempts, deadline);
    } catch (error) {
      // Promise 4: from the moment it was asked for, no one knows what a failed conversion did to the disks.
      voidCopies(migration);
      throw error;
    }
  }
  await markVolumes(migration, vm.disks, 'converted');
}

async function createMachine({ vm, state, facts }: Migration): Promise<void> {
  if (state.conversion === null) throw fail('Unexpected', 'there is no report of the conversion');
  facts.made.machine = true;
  await quick.createMachine(vm, state.conversion);
}

async function startMachine(migration: Migration): Promise<void> {
  const { vm, ref, state } = migration;
  await proveOff(migration);
  if (!vm.startTarget) return;
  await quick.startMachine(ref);
  await waits(vm.policy.startDeadlineSeconds).awaitMachineRunning(ref, vm.policy.startDeadlineSeconds);
  state.targetRunningAt = now();
}

async function tidy({ ref }: Migration): Promise<void> {
  await quick.tidy(ref);
}
