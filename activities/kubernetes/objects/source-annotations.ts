/** Where a target object came from, written on the object itself. */
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';

export function sourceDiskAnnotations(disk: FrozenDisk): Record<string, string> {
  return {
    'drover.dev/source-disk': disk.basePath,
    'drover.dev/source-capacity': String(disk.capacityBytes),
  };
}

export function sourceVmAnnotations({ vm, hardware }: FrozenVm): Record<string, string> {
  return {
    'drover.dev/source-vm': vm.moref,
    'drover.dev/source-name': vm.name,
    'drover.dev/source-path': vm.inventoryPath,
    'drover.dev/source-instance-uuid': vm.instanceUuid,
    'drover.dev/source-guest-id': hardware.guestId,
  };
}
