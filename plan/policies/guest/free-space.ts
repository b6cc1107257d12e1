import type { SourceVm } from '../../inventory';
import { type Policy, seen } from '../policy';

const MB = 1_000_000;

export const freeSpace: Policy = {
  id: 'free-space',
  severity: 'critical',
  title: 'Too little free space for a conversion',
  looksAt: 'free space of the file systems that VMware Tools report, if the guest is converted',
  found: 'a conversion needs more free space in {}',
  remedy: 'make room in the guest: virt-v2v needs 100 MB in / and in C:, 50 MB in /boot, and 10 MB elsewhere',
  judge: ({ planned: { vm }, context: { set } }) => {
    const full = vm.guest.volumes.filter((volume) => volume.freeBytes < neededBytes(volume));
    const names = full.map(({ path, freeBytes }) => `"${path}" (${Math.floor(freeBytes / MB)} MB are free)`);
    return seen(full.length > 0 && !set.plan.spec.skipGuestConversion, names.join(', '));
  },
};

/** By virt-v2v's manual, "Free space in the guest". What is full to the last byte, and is no system's, is a CD or an image. */
function neededBytes({ path, freeBytes }: SourceVm['guest']['volumes'][number]): number {
  if (path === '/' || /^c:\\?$/i.test(path)) return 100 * MB;
  if (path === '/boot') return 50 * MB;
  return freeBytes === 0 ? 0 : 10 * MB;
}
