import type { ManifestSet } from '../../manifest-set';
import { type Policy, seen } from '../policy';

export const bootOrder: Policy = {
  id: 'boot-order',
  severity: 'warning',
  title: 'Unknown boot disk',
  looksAt: 'the boot options and the controllers, where a guest may start unconverted',
  found: 'it does not say which of its disks it boots from ({}), and may boot unconverted',
  remedy: 'set the boot order in the boot options of the VM, or look at the first boot of the target',
  judge: ({ planned: { vm }, context: { set } }) => {
    const controllers = new Set(vm.disks.map(({ bus, busNumber }) => `${bus}${busNumber}`));
    const unknown = controllers.size > 1 && !vm.boot.some(({ kind }) => kind === 'disk');
    return seen(unknown && !isConverted(set), [...controllers].join(', '));
  },
};

/**
 * A conversion finds the disk by itself, a VM's own order says it, and of the disks on one controller a BIOS takes the first.
 * Which controller comes first is kept in the VM's NVRAM, which vCenter does not show.
 */
function isConverted({ plan }: ManifestSet): boolean {
  const { drover, skipGuestConversion } = plan.spec;
  return !skipGuestConversion && drover.onUnconvertible === 'park';
}
