/** Makes a VM's target volumes, and the binder that uses them until they are bound. */
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { scratchName } from '../../../plan/names';
import { failure } from '../../failure';
import { isGoing, stillGoing } from '../api/going';
import type { ApiClient } from '../api/api-client';
import { whyNoClaim } from './bind-delays';
import type { CdiSchemas } from './cdi';
import type { Cluster } from '../access/clusters';
import { DATA_VOLUMES, VOLUME_CLAIMS, type VolumeClaim } from '../api/kinds';
import { dataVolume, type ImportSource } from '../objects/data-volume';
import { deviceQuestion } from '../objects/device-question';
import { volumeClaim } from '../objects/volume-claim';
import { deleteSeen, ensure, ownedBy } from '../api/ownership';
import { ensureBinder } from './binder';
import { reserveScratch } from './scratch';
import { readMarker } from './volume-markers';
import type { ImportRoute } from '../copies/import-route';
import { ensureAuthority, ensureVddkConfig } from '../copies/source-access';

export interface VolumeOptions {
  binderImage: string;
  schemas: CdiSchemas;
  /** Where importers read the VM's disks; asked only where one of them is to be made. */
  readRoute: () => Promise<ImportRoute>;
}

/**
 * Makes the binder and the scratch volume, then the disks' volumes that are missing. Existing volumes keep their data.
 * @returns uid of the scratch volume; null where there is none
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
  if (missing.length === 0 && allBound && !asksAgain(vm, claims)) return uidOf(reserved);
  const [scratch] = await Promise.all([
    reserved ?? reserveScratch(api, vm),
    ensureBinder(api, vm, options.binderImage),
  ]);
  await ensureDisks(cluster, vm, missing, options);
  return uidOf(scratch);
}

/** A binder that found closed devices is made anew after they were opened. What holds a copy was written to already. */
function asksAgain(vm: FrozenVm, claims: ReadonlyMap<string, VolumeClaim>): boolean {
  return (
    deviceQuestion(vm) !== null && [...claims.values()].every((claim) => readMarker(claim).state === null)
  );
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

/**
 * Makes the ConfigMaps that let CDI verify the server and set VDDK's options. They must exist before the DataVolumes that name them.
 */
async function ensureImportSource(
  cluster: Cluster,
  vm: FrozenVm,
  { schemas, readRoute }: VolumeOptions,
): Promise<ImportSource> {
  const features = await schemas.of(cluster);
  const { server, readAuthority } = await readRoute();
  const authority = features.certConfigMap ? await readAuthority() : null;
  if (authority !== null) await ensureAuthority(cluster.api, vm, authority);
  const { vddkConfig } = vm.source;
  if (features.extraArgs && vddkConfig !== undefined) await ensureVddkConfig(cluster.api, vm, vddkConfig);
  return { server, features, certConfigMap: authority?.name ?? null };
}

async function claimsByName(api: ApiClient, vm: FrozenVm): Promise<Map<string, VolumeClaim>> {
  const { items } = await api.list(VOLUME_CLAIMS, {
    namespace: vm.namespace,
    labelSelector: ownedBy(vmRef(vm)),
  });
  for (const claim of items) {
    const name = claim.metadata?.name;
    if (isGoing(claim)) throw stillGoing(`volume ${name}`);
    if (claim.status?.phase === 'Lost') throw failure('VolumeLost', `volume ${name} has lost its storage`);
  }
  return new Map(items.map((claim) => [claim.metadata?.name ?? '', claim]));
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
  // Its claim is gone, and CDI makes no second claim for it; or CDI was refused a claim, and asks again ever more
  // rarely.
  const isSpent = phase === 'Succeeded' || phase === 'Failed' || whyNoClaim(object) !== null;
  if (isSpent) await deleteSeen(api, DATA_VOLUMES, object);
  if (isSpent || isGoing(object)) throw stillGoing(`DataVolume ${disk.volumeName}`);
}
