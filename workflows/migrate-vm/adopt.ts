/**
 * Carrying on from the world: what an unfinished run of this VM's migration has left is looked at, and kept as far as it is
 * proven (`plan/adoption.ts`), or removed.
 */
import { sleep } from '@temporalio/workflow';
import type { DiskVerdict, JudgedLeftOver } from '../../plan/adoption';
import { diskId } from '../../plan/workflow-ids';
import { cleanUp, pageLooks, quick } from '../activity-proxies';
import { fail } from '../failure';
import { now } from '../time';
import type { LeftOver } from '../temporal-api';
import { keepDecision, type Migration } from './state';

/** How long copies of the former run may take to end: a Pod may have a long grace period. */
const FORMER_COPIES_SECONDS = 600;
const LOOK_AGAIN_SECONDS = 5;

/** Takes over what is proven, and removes all else that the former run made. Safe to run again after any failure in it. */
export async function adopt(migration: Migration): Promise<void> {
  const { vm, state } = migration;
  await awaitFormerCopies(migration);
  const judged = await quick.judgeLeftOver(vm);
  delete state.leftOver;
  if (judged === null) return;
  state.leftOver = shownLeftOver(judged, null);
  if (judged.refusal !== null) throw fail(judged.refusal.kind, judged.refusal.why);
  // From here on it is this run's, and an abort removes it.
  migration.memory.made = { ...migration.memory.made, volumes: true, conversion: true, machine: true };
  await cleanUp.takeOver(vm, judged.adoption);
  keep(migration, judged);
  const at = now();
  state.leftOver = shownLeftOver(judged, at);
  const isAsked = state.decisions.some(({ action }) => action === 'adopt');
  if (!isAsked)
    keepDecision(state, { at, action: 'adopt', who: 'drover', why: 'it was started with adopt: true' });
}

/** Why the migration parks is known: shows what an adoption would keep. What can't be looked at now is not shown. */
export async function lookAtLeftOver({ vm, state, memory }: Migration): Promise<void> {
  if (memory.carriesOn !== true) return;
  try {
    const judged = await quick.judgeLeftOver(vm);
    if (judged !== null) state.leftOver = shownLeftOver(judged, null);
  } catch {
    return;
  }
}

/** Removes what an operator has looked at. Never a target that may be in use. */
export async function removeLeftOver(migration: Migration): Promise<void> {
  await awaitFormerCopies(migration);
  const left = await cleanUp.removeLeftOver(migration.vm);
  if (left.length > 0) throw fail('TargetLeftOver', `could not be removed: ${left.join('; ')}`);
  migration.memory.removesLeftOver = false;
  delete migration.state.leftOver;
}

/** They are cancelled when their run ends, and stop their copiers: this must not hit copiers of ours. */
async function awaitFormerCopies({ vm, ref }: Migration): Promise<void> {
  const ids = vm.disks.map(({ key }) => diskId(ref, key));
  for (let waited = 0; ; waited += LOOK_AGAIN_SECONDS) {
    const ended = new Set(await pageLooks.findEnded(ids));
    const running = ids.filter((id) => !ended.has(id));
    if (running.length === 0) return;
    if (waited >= FORMER_COPIES_SECONDS)
      throw fail('AlreadyMigrating', `copies of an earlier run have not ended: ${running.join(', ')}`);
    await sleep(LOOK_AGAIN_SECONDS * 1000);
  }
}

function shownLeftOver({ adoption, refusal }: JudgedLeftOver, adoptedAt: string | null): LeftOver {
  return {
    adoptedAt,
    disks: adoption.disks.map(({ index, copyId, why }) => ({ index, kept: copyId !== null, why })),
    conversionGoesOn: adoption.conversion !== null,
    refusal: refusal?.why ?? null,
  };
}

function keep(migration: Migration, { adoption }: JudgedLeftOver): void {
  const { memory, state } = migration;
  const { conversion, disks, source } = adoption;
  for (const verdict of disks) keepDisk(migration, verdict);
  if (conversion !== null) {
    memory.converting = conversion.id;
    memory.conversionAttempts = conversion.attempts;
    memory.scratchUid = conversion.scratchUid;
  }
  if (source === null) return;
  const { off, sharers = [], ...asLeft } = source;
  memory.evidence = off;
  for (const sharer of sharers) memory.sharers.set(sharer.moref, sharer.off);
  Object.assign(state.source, asLeft);
  if (migration.vm.startsAsSource === true && asLeft.ranAtStart)
    migration.vm = { ...migration.vm, startTarget: true };
}

function keepDisk(migration: Migration, { key, copyId, isImported }: DiskVerdict): void {
  const { memory, state, vm } = migration;
  const disk = state.disks.find((one) => one.key === key);
  if (copyId === null || disk === undefined) return;
  memory.adopted.set(key, copyId);
  memory.marked.add(key);
  disk.phase = 'copied';
  disk.adopted = true;
  const frozen = vm.disks.find((one) => one.key === key);
  if (!isImported || frozen?.method.kind !== 'plugin') return;
  // Its DataVolume goes when the target VM is made, as those of other imports.
  const { image } = frozen.method;
  const why = 'an earlier run imported it';
  const method = { kind: 'import' as const, insteadOf: { image, why } };
  migration.vm = { ...vm, disks: vm.disks.map((one) => (one.key === key ? { ...one, method } : one)) };
  disk.method = 'import';
  disk.fellBack = { from: image, at: null, kind: null, message: why };
}
