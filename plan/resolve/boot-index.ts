import type { SourceDisk } from '../inventory';
import { readRootDisk } from '../root-disk';
import { inGuestOrder } from './disk-order';
import type { PlannedVm } from './planned-vm';

/**
 * Place of the boot disk among a VM's disks, as far as it is known before the conversion: the plan's, else the first that the source
 * boots from, else the first of all.
 */
export function bootIndex({ chosen, vm }: PlannedVm): number {
  const said = readRootDisk(chosen.entry.rootDisk ?? '');
  if (said !== null) return said.index;
  const booted = vm.boot.find(({ kind }) => kind === 'disk')?.key;
  return Math.max(
    inGuestOrder(vm.disks).findIndex(({ key }) => key === booted),
    0,
  );
}

export function bootDisk(planned: PlannedVm): SourceDisk | undefined {
  return inGuestOrder(planned.vm.disks)[bootIndex(planned)];
}
