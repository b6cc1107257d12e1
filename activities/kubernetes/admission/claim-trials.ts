/**
 * Asks by a dry run whether the cluster would make the claims of VMs. For each class and mode, Drover tries the
 * smallest and the largest claim: a LimitRange or a policy limits the size of claims.
 */
import type { FrozenVm } from '../../../plan/frozen';
import { groupBy } from '../../../plan/group-by';
import type { TargetRefusal } from '../../../plan/resolve/check-answers';
import { shown } from '../../../plan/quota';
import { vmRef } from '../../../plan/vm-ref';
import type { ApiClient } from '../api/api-client';
import { isQuota } from '../api/errors';
import { type VolumeClaim, VOLUME_CLAIMS } from '../api/kinds';
import { scratchClaim, UNUSED } from '../objects/scratch-claim';
import { volumeClaim } from '../objects/volume-claim';
import { isRefusal, isUntried } from './pod-trials';

/** A claim for a VM's disk, or for the scratch volume of its conversion. */
interface FutureClaim {
  vm: FrozenVm;
  claim: VolumeClaim;
  bytes: number;
}

export async function refusedClaims(api: ApiClient, ...vms: readonly FrozenVm[]): Promise<TargetRefusal[]> {
  const kinds = groupBy(vms.flatMap(claimsOf), ({ claim: { spec } }) =>
    JSON.stringify([spec?.storageClassName, spec?.volumeMode, spec?.accessModes]),
  );
  const tried = [...kinds.values()].flatMap(extremes).map((future) => tryClaim(api, future));
  return (await Promise.all(tried)).flat();
}

function claimsOf(vm: FrozenVm): FutureClaim[] {
  const { scratch } = vm.conversion ?? {};
  return [
    ...vm.disks.map((disk) => ({ vm, claim: volumeClaim(vmRef(vm), disk), bytes: disk.requestBytes })),
    ...(scratch === undefined
      ? []
      : [{ vm, claim: scratchClaim(vm, scratch, UNUSED), bytes: scratch.requestBytes }]),
  ];
}

function extremes(claims: readonly [FutureClaim, ...FutureClaim[]]): FutureClaim[] {
  const [first, ...more] = claims;
  const smallest = more.reduce((least, one) => (one.bytes < least.bytes ? one : least), first);
  const largest = more.reduce((most, one) => (one.bytes > most.bytes ? one : most), first);
  return smallest.bytes === largest.bytes ? [smallest] : [smallest, largest];
}

async function tryClaim(api: ApiClient, { vm, claim, bytes }: FutureClaim): Promise<TargetRefusal[]> {
  const { name = '', ...metadata } = claim.metadata ?? {};
  const named = { ...claim, metadata: { ...metadata, generateName: `${name}-` } };
  try {
    await api.create(VOLUME_CLAIMS, named, { dryRun: true });
    return [];
  } catch (error) {
    // `pod-demand.ts` reckons quotas for all claims together.
    if (isUntried(error) || (isRefusal(error) && isQuota(error.said))) return [];
    if (!isRefusal(error)) throw error;
    const what = `a claim of ${shown('storage', bytes)} of class ${claim.spec?.storageClassName}`;
    const why = `the cluster would not make ${what}: ${error.said}`;
    return [{ tried: 'claim', kind: 'ClaimRefused', why, vms: [vm.vm.name] }];
  }
}
