/**
 * The business process: what a migration does, in which order. Each step may be entered again after a failure and
 * finds what it did before, in the world or in the migration's memory.
 */
import { expectedCards } from '../../plan/expected-addresses';
import { settleAll } from '../../plan/settle-all';
import { beside, cleanUp, local, quick, waits } from '../activity-proxies';
import { patched } from '../patches';
import { PHASES, type Phase } from '../temporal-api';
import { fail } from '../failure';
import { adopt, removeLeftOver } from './adopt';
import { checkConverter, convert, discardOutgrown } from './conversion';
import { RELEASE_DEADLINE_SECONDS } from './copies';
import { marked } from './markers';
import { awaitWindow, isSentBack } from './cutover';
import { lacksHook, runsHook } from './hooks';
import { connectionForImports, copyFromWhereItIs, discardMoved, stopWhereItIs } from './import-host';
import { decideSlots } from './slots';
import { awaitSharedDisks, proveAttached, watchedAtStart } from './sharers';
import { checkSource, evidenceOf, proveOff } from './source';
import type { Migration } from './state';
import { decideLocal, activitiesOf } from './made-local';
import { awaitTurn } from './turn';
import { now } from '../time';

/** `restore` is not on the way forward. */
export type ForwardPhase = Exclude<Phase, 'restore'>;

export const PHASE_WORK: Record<ForwardPhase, (migration: Migration) => Promise<void>> = {
  check,
  'pre-hook': runsHook('pre-hook'),
  'await-shared-disks': awaitSharedDisks,
  volumes: makeVolumes,
  'await-window': awaitWindow,
  'await-turn': awaitTurn,
  'before-cutover': runsHook('before-cutover'),
  'stop-source': stopWhereItIs,
  copy: copyFromWhereItIs,
  convert,
  'create-vm': createMachine,
  'start-vm': startMachine,
  verify,
  'after-verify': runsHook('after-verify'),
  'post-hook': runsHook('post-hook'),
  tidy,
};

/** The first phase that is not done, or null after the last: a failure that undid former phases leads back there. */
export function nextPhase(migration: Migration): ForwardPhase | null {
  const { vm, memory } = migration;
  const isPassedOver = (phase: Phase) =>
    (phase === 'await-turn' && memory.usesSlots === false) ||
    (phase === 'await-shared-disks' && vm.attached === undefined) ||
    (phase === 'await-window' && vm.policy.cutoverWindows === undefined) ||
    lacksHook(migration, phase);
  return (
    PHASES.find(
      (phase): phase is ForwardPhase =>
        phase !== 'restore' && !memory.done.has(phase) && !isPassedOver(phase),
    ) ?? null
  );
}

/**
 * Whether a phase that ended well is done: disks that fell back have yet to be copied, and a source whose cutover window has
 * closed has yet to be stopped.
 */
export function isDone(migration: Migration, phase: ForwardPhase): boolean {
  switch (phase) {
    case 'await-turn':
    case 'stop-source':
      return !isSentBack(migration);
    case 'copy':
      return migration.state.disks.every((disk) => disk.phase === 'copied');
    default:
      return true;
  }
}

async function check(migration: Migration): Promise<void> {
  // Asked once and kept, before anything else is done: see patches.ts.
  migration.memory.carriesOn ??= patched('carry-on');
  migration.memory.provesBeside ??= patched('proofs-beside');
  migration.memory.provesAtStart ??= patched('proven-start');
  if (migration.memory.removesLeftOver) await removeLeftOver(migration);
  await settleAll([checkSource(migration), quick.checkTarget(migration.vm)]);
  if (migration.vm.adopt === true) await adopt(migration);
}

async function makeVolumes(migration: Migration): Promise<void> {
  const { memory } = migration;
  if (memory.freesBinder || staleUnderBinder(migration)) await freeBinder(migration);
  if (memory.stale) await discardVolumes(migration);
  else await discardAbandoned(migration);
  await discardOutgrown(migration);
  const connection = await connectionForImports(migration);
  await discardMoved(migration, connection, () => freeBinder(migration));
  memory.made.volumes = true;
  decideLocal(migration);
  const { vm } = migration;
  // A history from when scratch volumes were made later tells of none.
  memory.scratchUid = (await waits(vm.policy.bindDeadlineSeconds).bindVolumes(vm, connection)) ?? null;
  await checkConverter(migration);
  decideSlots(migration);
}

/** No volume can be removed that the binder uses. */
async function freeBinder({ vm, memory }: Migration): Promise<void> {
  await waits(RELEASE_DEADLINE_SECONDS).releaseVolumes(vm, []);
  memory.freesBinder = false;
  memory.binderStands = false;
}

function staleUnderBinder({ memory }: Migration): boolean {
  if (!memory.stale || !memory.binderStands) return false;
  return memory.carriesOn === true;
}

/** Whatever still uses the volumes ends first. */
async function discardVolumes({ vm, ref, memory }: Migration): Promise<void> {
  if (memory.made.conversion) await cleanUp.stopConversion(ref);
  if (memory.made.conversion || memory.scratchUid !== null) await cleanUp.discardScratch(ref);
  if (memory.made.machine) await cleanUp.removeMachine(ref);
  const { abandoned } = memory;
  await settleAll(
    vm.disks.map((disk) => cleanUp.discardVolume({ vm: ref, disk: abandoned.get(disk.key) ?? disk })),
  );
  abandoned.clear();
  memory.made.conversion = false;
  memory.scratchUid = null;
  memory.made.machine = false;
  memory.stale = false;
}

/** What a plugin left is of no use to an import; and its array may go on writing there after its Pod's end. */
async function discardAbandoned({ ref, memory }: Migration): Promise<void> {
  const disks = [...memory.abandoned.values()];
  await settleAll(disks.map((disk) => cleanUp.discardVolume({ vm: ref, disk })));
  memory.abandoned.clear();
}

async function createMachine(migration: Migration): Promise<void> {
  const { vm, state, memory } = migration;
  const { conversion } = state;
  if (conversion === null) throw fail('Unexpected', 'there is no report of the conversion');
  memory.made.machine = true;
  const held = conversion.converted ? 'converted' : 'copied';
  await activitiesOf(migration).createMachine(
    vm,
    conversion,
    vm.disks.map((disk) => marked(migration, disk, held)),
    ...(memory.attachments.length === 0 ? [] : [memory.attachments]),
  );
}

async function startMachine(migration: Migration): Promise<void> {
  const { vm, ref, state, memory } = migration;
  const others = watchedAtStart(migration);
  if (memory.provesAtStart !== true) await startAsBefore(migration);
  else if (vm.startTarget)
    await beside.startMachine(ref, evidenceOf(migration), ...(others.length === 0 ? [] : [others]));
  else await proveAllOff(migration);
  if (!vm.startTarget) return;
  await waits(vm.policy.startDeadlineSeconds).awaitMachineRunning(ref, vm.policy.startDeadlineSeconds);
  state.targetRunningAt = now();
}

/** A target that stays off is right only if no copy of its disks is out of date. */
async function proveAllOff(migration: Migration): Promise<void> {
  await proveOff(migration);
  await proveAttached(migration);
}

/** Local, both of them, in one task: little lies between the proof and the start, also where all workers die. */
async function startAsBefore(migration: Migration): Promise<void> {
  await proveOff(migration, local);
  if (migration.vm.startTarget) await local.startMachine(migration.ref);
}

/** KubeVirt's word that the VM runs says nothing of its guest. */
async function verify({ vm, ref, state }: Migration): Promise<void> {
  const asked = vm.policy.verify;
  if (!vm.startTarget || asked.by === 'none') return;
  const proof = asked.by === 'network' ? { ...asked, cards: expectedCards(vm.nics) } : asked;
  state.proof = await waits(asked.timeoutSeconds).awaitGuestUp(ref, proof);
}

async function tidy(migration: Migration): Promise<void> {
  await activitiesOf(migration).tidy(migration.ref, migration.memory.scratchUid);
}
