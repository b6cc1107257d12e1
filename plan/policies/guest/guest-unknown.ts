import { type Policy, seen } from '../policy';

/**
 * Beginnings of guest ids (`VirtualMachineGuestOsIdentifier`: govmomi 0.55.0, vim25/types/enum.go) of systems that the manual of
 * virt-v2v supports, and of families of Linux that vSphere does not tell apart.
 */
const KNOWN =
  /^(win|rhel|redhat|centos|rocky|almalinux|oracleLinux|fedora|debian|ubuntu|sles|suse|opensuse|other\d+xLinux|otherLinux)/;

export const guestUnknown: Policy = {
  id: 'guest-unknown',
  severity: 'warning',
  title: 'Guest that virt-v2v may not know',
  looksAt: 'the guest operating system that vSphere is set to, if a guest that can not be converted parks',
  found:
    'vSphere is set to the guest "{}", which virt-v2v may not know: the VM would park after its disks are copied',
  remedy: 'try one such VM first; or set onUnconvertible to startUnconverted, or skipGuestConversion to true',
  judge: ({ planned: { vm }, context: { set } }) => {
    const { drover, skipGuestConversion } = set.plan.spec;
    const converted = !skipGuestConversion && drover.onUnconvertible === 'park';
    return seen(converted && vm.guestId !== '' && !KNOWN.test(vm.guestId), vm.guestName || vm.guestId);
  },
};
