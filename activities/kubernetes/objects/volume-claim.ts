import type { FrozenDisk } from '../../../plan/frozen';
import type { VmRef } from '../../../plan/vm-ref';
import type { VolumeClaim } from '../api/kinds';
import { diskLabels } from '../api/ownership';
import { sourceDiskAnnotations } from './source-annotations';

/** Says of a claim that several VirtualMachines use it, as Forklift says it. */
export const SHAREABLE_LABEL = 'shareable';

export function claimLabels(vm: VmRef, disk: FrozenDisk): Record<string, string> {
  return { ...diskLabels(vm, disk), ...(disk.sharedWith !== undefined && { [SHAREABLE_LABEL]: 'true' }) };
}

/** The empty volume that an offload plugin fills. */
export function volumeClaim(vm: VmRef, disk: FrozenDisk): VolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: disk.volumeName,
      namespace: vm.namespace,
      labels: claimLabels(vm, disk),
      annotations: sourceDiskAnnotations(disk),
    },
    spec: claimSpec(disk),
  };
}

/** Literal: size with overhead and modes were resolved when the plan was frozen. */
export function claimSpec(disk: FrozenDisk) {
  return {
    accessModes: [disk.accessMode],
    volumeMode: disk.volumeMode,
    storageClassName: disk.storageClass,
    resources: { requests: { storage: String(disk.requestBytes) } },
  };
}
