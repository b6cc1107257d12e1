import { type Policy, seen } from '../policy';

/** All up to Windows 7 and Server 2008 R2, as Forklift's `IsLegacyWindows`. */
const LEGACY = /^win(9[58]|Me|NT|2000|XP|Net|Vista|Longhorn|dows7)/;

export const windowsLegacy: Policy = {
  id: 'windows-legacy',
  severity: 'warning',
  title: 'Windows that needs old drivers',
  looksAt: 'the guest operating system that vSphere is set to, if the guest is converted',
  found:
    'its "{}" trusts only drivers with old signatures (SHA-1), which newer virtio-win packages no longer have',
  remedy:
    'use a conversion image with an old virtio-win (spec.drover.conversionImage), and try one such VM first',
  judge: ({ planned: { vm }, context: { set } }) =>
    seen(!set.plan.spec.skipGuestConversion && LEGACY.test(vm.guestId), vm.guestName || vm.guestId),
};
