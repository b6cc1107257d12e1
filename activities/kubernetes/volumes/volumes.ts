/** A VM's target volumes: made, held by the binder until bound, released to the copiers, discarded. */
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { authorityName, binderName, scratchName } from '../../../plan/names';
import type { DiskRequest, SourceConnection } from '../../contract';
import { failure } from '../../failure';
import type { ApiClient } from '../api/api-client';
import { whyNoClaim } from './bind-delays';
import type { CdiSchemas } from './cdi';
import type { Cluster } from '../access/clusters';
import { removeImport, stopImport } from '../copies/imports';
import { endJobs } from '../pods/job-pods';
import { DATA_VOLUMES, PODS, VOLUME_CLAIMS, type VolumeClaim } from '../api/kinds';
import { binderPod } from '../objects/binder-pod';
import { dataVolume, type ImportSource } from '../objects/data-volume';
import { volumeClaim } from '../objects/volume-claim';
import { ensure, isOurs, nameTaken, ownedBy } from '../api/ownership';
import { hasEnded } from '../pods/pod-end';
import { podRefusal } from '../admission/pod-trials';
import { type Scope, within } from '../waiting/scope';
import { reserveScratch } from './scratch';
import { ensureAuthority, takeLogins } from '../copies/source-access';
import { DeadlineError, waitFor } from '../waiting/wait';

/** How long an idle Pod with a grace period of a second may take to go. */
const BINDER_SECONDS = 120;

export interface VolumeOptions {
  binderImage: string;
  connection: SourceConnection;
  schemas: CdiSchemas;
  /** PEM of the authorities that vCenter's certificate is verified by, if by any. */
  readAuthority: () => Promise<string | null>;
}

/**
 * Makes the binder and the scratch volume, then what is missing of the disks' volumes. What exists is kept, with what is in it.
 * @returns uid of the scratch volume, if there is one
 */
export async function ensureVolumes(
  cluster: Cluster,
  vm: FrozenVm,
  options: VolumeOptions,
): Promise<string | null> {
  const { api } = cluster;
  const claims = await claimsByName(api, vm);
  const missing = vm.disks.filter(({ volumeName }) => !claims.has(volumeName));
  const allBound = [...claims.values()].every(({ status }) => status?.phase === 'Bound');
  const reserved = claims.get(scratchName(vm.baseName)) ?? null;
  if (missing.length === 0 && allBound) return uidOf(reserved);
  const [scratch] = await Promise.all([
    reserved ?? reserveScratch(api, vm),
    ensureBinder(api, vm, options.binderImage),
  ]);
  await ensureDisks(cluster, vm, missing, options);
  return uidOf(scratch);
}

function uidOf(claim: VolumeClaim | null): string | null {
  return claim?.metadata?.uid ?? null;
}

async function ensureDisks(
  cluster: Cluster,
  vm: FrozenVm,
  missing: FrozenDisk[],
  options: VolumeOptions,
): Promise<void> {
  const { api } = cluster;
  const imported = missing.filter(({ method }) => method.kind === 'import');
  const offloaded = missing.filter(({ method }) => method.kind === 'plugin');
  await Promise.all(offloaded.map((disk) => ensureClaim(api, vm, disk)));
  if (imported.length === 0) return;
  const source = await ensureImportSource(cluster, vm, options);
  await Promise.all(imported.map((disk) => ensureImport(api, vm, disk, source)));
}

/** Before the DataVolumes that name it: the ConfigMap by which CDI verifies vCenter. */
async function ensureImportSource(
  cluster: Cluster,
  vm: FrozenVm,
  { connection, schemas, readAuthority }: VolumeOptions,
): Promise<ImportSource> {
  const features = await schemas.of(cluster);
  const authority = features.certConfigMap ? await readAuthority() : null;
  if (authority !== null) await ensureAuthority(cluster.api, vm, authority);
  return { connection, features, certConfigMap: authority === null ? null : authorityName(vm.baseName) };
}

async function claimsByName(api: ApiClient, vm: FrozenVm): Promise<Map<string, VolumeClaim>> {
  const { items } = await api.list(VOLUME_CLAIMS, {
    namespace: vm.namespace,
    labelSelector: ownedBy(vmRef(vm)),
  });
  for (const { metadata, status } of items) {
    if (metadata?.deletionTimestamp !== undefined) throw stillGoing(`volume ${metadata.name}`);
    if (status?.phase === 'Lost')
      throw failure('VolumeLost', `volume ${metadata?.name} has lost its storage`);
  }
  return new Map(items.map((claim) => [claim.metadata?.name ?? '', claim]));
}

async function ensureBinder(api: ApiClient, vm: FrozenVm, image: string): Promise<void> {
  const { object: pod } = await ensure(api, PODS, binderPod(vm, image), vmRef(vm)).catch((error: unknown) => {
    throw podRefusal('binder', error);
  });
  const isOver = hasEnded(pod);
  if (isOver) await api.delete(PODS, { name: binderName(vm.baseName), namespace: vm.namespace });
  if (isOver || pod.metadata?.deletionTimestamp !== undefined) throw stillGoing(`Pod ${pod.metadata?.name}`);
}

async function ensureClaim(api: ApiClient, vm: FrozenVm, disk: FrozenDisk): Promise<void> {
  await ensure(api, VOLUME_CLAIMS, volumeClaim(vmRef(vm), disk), vmRef(vm));
}

async function ensureImport(
  api: ApiClient,
  vm: FrozenVm,
  disk: FrozenDisk,
  source: ImportSource,
): Promise<void> {
  const { object } = await ensure(api, DATA_VOLUMES, dataVolume(vm, disk, source), vmRef(vm));
  const phase = object.status?.phase;
  // It outlived its claim, and CDI makes no second one for it; or it was refused one, and CDI asks again ever more rarely.
  const isSpent = phase === 'Succeeded' || phase === 'Failed' || whyNoClaim(object) !== null;
  if (isSpent) await api.delete(DATA_VOLUMES, { name: disk.volumeName, namespace: vm.namespace });
  if (isSpent || object.metadata?.deletionTimestamp !== undefined)
    throw stillGoing(`DataVolume ${disk.volumeName}`);
}

/** Tried again by Temporal: the removal ends by itself. */
function stillGoing(what: string): Error {
  return failure('TargetUnreachable', `${what} of an earlier attempt is still being removed`);
}

/**
 * Takes the binder away. Until now CDI held imports back because the binder used their claims; from now on each
 * waits for its login, if it has none yet.
 */
export async function releaseVolumes(scope: Scope, vm: FrozenVm): Promise<void> {
  const ref = { name: binderName(vm.baseName), namespace: vm.namespace };
  try {
    await removeBinder(scope, vm, ref);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('CopierLost', `Pod ${ref.namespace}/${ref.name} did not go within ${BINDER_SECONDS} s`);
  }
}

/**
 * Waits only until the binder is no longer heard of, without the live read of `untilGone`: CDI, for whom it goes, hears
 * of it in the same way. The watch is there before the removal is asked for, so that its end can't be missed.
 */
async function removeBinder(
  scope: Scope,
  vm: FrozenVm,
  ref: { name: string; namespace: string },
): Promise<void> {
  const { informers, cluster } = scope;
  let isAsked = false;
  await informers.using(cluster, { kind: PODS, namespace: ref.namespace }, (pods) =>
    waitFor(
      pods,
      ({ metadata }) => metadata?.name === ref.name,
      async (heard) => {
        if (isAsked) return heard.length === 0 ? true : undefined;
        isAsked = true;
        // The watch may be behind. Whatever it knows, only the very Pod that it knows for ours is removed.
        const pod = heard[0] ?? (await cluster.api.find(PODS, ref));
        if (pod === null) return true;
        if (!isOurs(pod, vmRef(vm))) throw nameTaken(PODS, ref.name, ref.namespace);
        const wasThere = await cluster.api.delete(PODS, ref, 'Background', pod.metadata?.uid);
        return wasThere || heard.length > 0 ? undefined : true;
      },
      within(scope, BINDER_SECONDS),
    ),
  );
}

/** Ends any copy of a disk, with its login, and proves it. A finished volume stays, a half-imported one can't. */
export async function stopCopy(scope: Scope, request: DiskRequest): Promise<void> {
  await takeLogins(scope.cluster.api, request);
  switch (request.disk.method.kind) {
    case 'plugin':
      return endJobs(scope, { vm: request.vm, step: 'copy', disk: request.disk });
    case 'import':
      return stopImport(scope, request);
  }
}

/** Ends any copy of a disk and removes its volume. */
export async function discardVolume(scope: Scope, request: DiskRequest): Promise<void> {
  await stopCopy(scope, request);
  await removeImport(scope, request);
}
