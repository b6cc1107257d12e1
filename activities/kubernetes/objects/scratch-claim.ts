import type { FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { scratchName } from '../../../plan/names';
import type { VolumeClaim } from '../api/kinds';
import { ownerLabels } from '../api/ownership';

/** Names the bytes whose conversion the volume belongs to; {@link UNUSED} until one begins. */
export const CONVERSION_ID = 'drover.dev/conversion-id';
export const UNUSED = '';

/**
 * The volume for what a conversion writes before it is known to be right. It outlives the Pods that use it, and is bound
 * with the disks: where they are, and while the source still runs if there is no room for it.
 */
export function scratchClaim(
  vm: FrozenVm,
  scratch: NonNullable<FrozenVm['conversion']>['scratch'],
  conversionId: string,
): VolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: scratchName(vm.baseName),
      namespace: vm.namespace,
      labels: ownerLabels(vmRef(vm)),
      annotations: { [CONVERSION_ID]: conversionId },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      storageClassName: scratch.storageClass,
      resources: { requests: { storage: String(scratch.requestBytes) } },
    },
  };
}
