/** The scratch volume of a conversion. All attempts of one conversion share it. */
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef, type VmRef } from '../../../plan/vm-ref';
import { scratchName } from '../../../plan/names';
import type { ConversionAttempt } from '../../interfaces';
import { failure } from '../../failure';
import { isGoing, stillGoing } from '../api/going';
import type { ApiClient, PatchOperation } from '../api/api-client';
import { isMissing, isStatus } from '../api/errors';
import { untilGone } from '../waiting/gone';
import { type VolumeClaim, VOLUME_CLAIMS } from '../api/kinds';
import { CONVERSION_ID, scratchClaim, UNUSED } from '../objects/scratch-claim';
import { ensure, isOurs, patchOurs, pointer } from '../api/ownership';
import type { Scope } from '../waiting/scope';

/** The cluster may need so long to remove the volume once nothing uses it. */
const REMOVAL_SECONDS = 120;

/** Makes the volume before there is anything to convert. Null where the plan converts nothing. */
export async function reserveScratch(api: ApiClient, vm: FrozenVm): Promise<VolumeClaim | null> {
  if (vm.conversion === null) return null;
  const claim = scratchClaim(vm, vm.conversion.scratch, UNUSED);
  return (await ensure(api, VOLUME_CLAIMS, claim, vmRef(vm))).object;
}

/**
 * Takes the scratch volume for a conversion. The first attempt makes the volume where there is none. A later attempt
 * must find it: only this volume records how far the conversion changed the disks.
 * @returns the uid of the claim
 * @throws ScratchLost
 */
export async function ensureScratch(
  api: ApiClient,
  vm: FrozenVm,
  {
    conversion,
    conversionId,
    resume,
  }: ConversionAttempt & { conversion: NonNullable<FrozenVm['conversion']> },
): Promise<string> {
  const claim = scratchClaim(vm, conversion.scratch, conversionId);
  const ref = scratchRef(vm);
  const found = resume
    ? await api.find(VOLUME_CLAIMS, ref)
    : ((await takeUnused(api, vm, conversionId)) ??
      (await ensure(api, VOLUME_CLAIMS, claim, vmRef(vm))).object);
  if (found !== null && belongsTo(found, vm, conversionId)) return found.metadata?.uid ?? '';
  if (!resume) {
    // It belongs to a conversion of earlier disks. Whoever discarded those disks discards this claim, too.
    throw stillGoing(`claim ${ref.name}`, 'an earlier conversion');
  }
  throw failure(
    'ScratchLost',
    `claim ${ref.namespace}/${ref.name} is gone, and with it what was converted so far`,
  );
}

/** Null where there is no volume, or where a conversion has already taken the volume. */
async function takeUnused(api: ApiClient, vm: FrozenVm, conversionId: string): Promise<VolumeClaim | null> {
  const path = `/metadata/annotations/${pointer(CONVERSION_ID)}`;
  const operations: PatchOperation[] = [
    { op: 'test', path, value: UNUSED },
    { op: 'replace', path, value: conversionId },
  ];
  try {
    return await patchOurs(api, VOLUME_CLAIMS, scratchRef(vm), { vm: vmRef(vm), operations });
  } catch (error) {
    if (!isMissing(error) && !isStatus(error, 422)) throw error;
    return null;
  }
}

function belongsTo(claim: VolumeClaim, vm: FrozenVm, conversionId: string): boolean {
  const ofConversion = claim.metadata?.annotations?.[CONVERSION_ID];
  return isOurs(claim, vmRef(vm)) && ofConversion === conversionId && !isGoing(claim);
}

/** Removes the scratch volume. Call it only when no Pod uses the volume any more: see `stopConversion`. */
export async function discardScratch(scope: Scope, vm: VmRef): Promise<void> {
  const { api } = scope.cluster;
  const claim = await api.find(VOLUME_CLAIMS, scratchRef(vm));
  if (claim === null || !isOurs(claim, vm)) return;
  await removeScratch(api, vm, claim.metadata?.uid ?? '');
  await untilGone(scope, VOLUME_CLAIMS, scratchRef(vm), { seconds: REMOVAL_SECONDS });
}

/** Removes the claim by name and uid. Labels can't select it: the claims of the VM's disks carry equal labels. */
export async function removeScratch(api: ApiClient, vm: VmRef, uid: string): Promise<void> {
  await api.delete(VOLUME_CLAIMS, scratchRef(vm), 'Background', uid);
}

function scratchRef({ baseName, namespace }: { baseName: string; namespace: string }) {
  return { name: scratchName(baseName), namespace };
}
