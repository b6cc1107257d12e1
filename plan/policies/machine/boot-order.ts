import type { ManifestSet } from '../../manifest-set';
import { type Policy, seen } from '../policy';

export const bootOrder: Policy = {
  id: 'boot-order',
  severity: 'warning',
  title: 'Unknown boot disk',
  looksAt: 'the boot options and the controllers, where a guest may start unconverted',
  found: 'it does not say which of its disks it boots from ({}), and may boot unconverted',
  remedy:
    'name the rootDisk of the VM in the plan, or set the boot order in its boot options, or look at the first boot of the target',
  judge: ({ planned: { chosen, vm }, context: { set } }) => {
    const controllers = new Set(vm.disks.map(({ bus, busNumber }) => `${bus}${busNumber}`));
    const said = chosen.entry.rootDisk !== undefined || vm.boot.some(({ kind }) => kind === 'disk');
    return seen(controllers.size > 1 && !said && !isConverted(set), [...controllers].join(', '));
  },
};

/**
 * A conversion finds the disk by itself, the plan or the VM's own order says it, and of the disks on one controller a BIOS takes the first.
 * Which controller comes first is kept in the VM's NVRAM, which vCenter does not show.
 */
function isConverted({ plan }: ManifestSet): boolean {
  const { drover, skipGuestConversion } = plan.spec;
  return !skipGuestConversion && drover.onUnconvertible === 'park';
}
