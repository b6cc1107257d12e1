/** A new run takes over what an unfinished run of the same migration has left: keeps what is proven, and removes the rest. */
import type { Adoption } from '../../plan/adoption';
import type { VolumeState } from '../../plan/copy-evidence';
import type { FrozenVm } from '../../plan/frozen';
import { scratchName } from '../../plan/names';
import { vmRef, type VmRef } from '../../plan/vm-ref';
import type { Cluster } from './access/clusters';
import { isMissing } from './api/errors';
import { CONFIG_MAPS, DATA_VOLUMES, VOLUME_CLAIMS } from './api/kinds';
import { ownedBy } from './api/ownership';
import { removeImport } from './copies/imports';
import { removeLogins } from './copies/source-access';
import { removeMachine } from './machine/machines';
import { endJobs } from './pods/job-pods';
import { takeNotesBack } from './target/finished-notes';
import { requireNoTarget } from './target/refuse-former';
import { removeEverything } from './tidy';
import { releaseVolumes } from './volumes/binder';
import { discardScratch } from './volumes/scratch';
import { markVolume } from './volumes/volume-markers';
import type { Scope } from './waiting/scope';

/**
 * Safe to run again: at each instant the markers are true, and no claim passes for one of a finished target.
 * @throws CopierLost where something may still write to a volume; MachineNotStopped
 */
export async function takeOver(
  scope: Scope,
  vm: FrozenVm,
  { adoption, runId }: { adoption: Adoption; runId: string },
): Promise<void> {
  const ref = vmRef(vm);
  await endFormerWork(scope, vm);
  await markAsJudged(scope, ref, { vm, adoption });
  await takeNotesBack(scope.cluster.api, ref);
  await removeMachine(scope, ref, runId);
  if (adoption.conversion === null) await discardScratch(scope, ref);
  const kept = new Set([
    scratchName(vm.baseName),
    ...volumesKept(vm, adoption).map(({ volumeName }) => volumeName),
  ]);
  for (const volumeName of await volumesOf(scope.cluster, ref))
    if (!kept.has(volumeName)) await removeImport(scope, { vm: ref, disk: { volumeName } });
}

/**
 * Removes everything that an unfinished run has left.
 * @returns what is left, and why
 * @throws AlreadyMigrated, TargetUnclear: somebody may use a target
 */
export async function removeLeftOver(scope: Scope, vm: FrozenVm, runId: string): Promise<string[]> {
  await requireNoTarget(scope.cluster, vm);
  return removeEverything(scope, vmRef(vm), runId);
}

/** Nothing of the former run may write to a volume any more, or hold it. */
async function endFormerWork(scope: Scope, vm: FrozenVm): Promise<void> {
  const { api } = scope.cluster;
  const ref = vmRef(vm);
  for (const step of ['copy', 'probe', 'convert', 'hook'] as const) await endJobs(scope, { vm: ref, step });
  await removeLogins(api, { vm: ref });
  await releaseVolumes(scope, vm);
  await api.deleteAll(CONFIG_MAPS, { namespace: vm.namespace, labelSelector: ownedBy(ref) });
}

/** While the VirtualMachine still owns its claims: without it, the markers alone say what they hold. */
async function markAsJudged(
  { cluster: { api } }: Scope,
  ref: VmRef,
  { vm, adoption }: { vm: FrozenVm; adoption: Adoption },
): Promise<void> {
  const state: VolumeState = adoption.conversion === null ? 'copied' : 'converting';
  const present = new Set(await volumesOf({ api }, ref));
  for (const { key, volumeName } of vm.disks) {
    if (!present.has(volumeName)) continue;
    const copyId = adoption.disks.find((disk) => disk.key === key)?.copyId ?? null;
    const marker = copyId === null ? null : { state, copyId };
    await markVolume(api, { vm: ref, volumeName, marker, again: marker !== null });
  }
}

function volumesKept(vm: FrozenVm, { disks }: Adoption) {
  const kept = new Set(disks.filter(({ copyId }) => copyId !== null).map(({ key }) => key));
  return vm.disks.filter(({ key }) => kept.has(key));
}

/** Names of the claims and DataVolumes that carry the VM's labels. */
async function volumesOf({ api }: Pick<Cluster, 'api'>, vm: VmRef): Promise<string[]> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vm) };
  const [claims, imports] = await Promise.all([
    api.list(VOLUME_CLAIMS, where),
    unlessMissing(api.list(DATA_VOLUMES, where)),
  ]);
  const names = [...claims.items, ...imports.items].map(({ metadata }) => metadata?.name ?? '');
  return [...new Set(names)];
}

/** A cluster without CDI has no DataVolumes. */
async function unlessMissing<T>(reading: Promise<{ items: T[] }>): Promise<{ items: T[] }> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return { items: [] };
    throw error;
  }
}
