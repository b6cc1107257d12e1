/** What a machine needs to build, convert and boot guests, beyond what every lab needs. */
import type { Log } from '../log';
import { ensurePackages, type Package } from '../prerequisites';

const GUEST_PACKAGES: readonly Package[] = [
  { provides: 'qemu-system-x86_64', package: 'qemu-system-x86', purpose: 'boots guests' },
  { provides: '/usr/share/OVMF/OVMF_CODE_4M.fd', package: 'ovmf', purpose: 'is the firmware of UEFI guests' },
  { provides: 'virt-v2v-in-place', package: 'virt-v2v', purpose: 'converts guests' },
  { provides: 'nbdkit', package: 'nbdkit', purpose: 'hands disks to virt-v2v' },
  { provides: '/usr/sbin/debootstrap', package: 'debootstrap', purpose: 'installs a Debian into a folder' },
  { provides: '/usr/bin/busybox', package: 'busybox-static', purpose: 'is the userland of tiny guests' },
  { provides: '/usr/bin/grub-mkimage', package: 'grub-common', purpose: 'makes boot loaders' },
  { provides: '/usr/lib/grub/i386-pc/boot.img', package: 'grub-pc-bin', purpose: 'boots BIOS guests' },
  {
    provides: '/usr/lib/grub/x86_64-efi/moddep.lst',
    package: 'grub-efi-amd64-bin',
    purpose: 'boots UEFI guests',
  },
  { provides: '/usr/sbin/sfdisk', package: 'fdisk', purpose: 'partitions disks' },
  { provides: '/usr/sbin/mke2fs', package: 'e2fsprogs', purpose: 'makes file systems from folders' },
  { provides: '/usr/sbin/mkfs.vfat', package: 'dosfstools', purpose: 'makes EFI system partitions' },
  { provides: 'mcopy', package: 'mtools', purpose: 'fills EFI system partitions' },
  { provides: 'cpio', package: 'cpio', purpose: 'packs initial file systems' },
  { provides: '/usr/sbin/depmod', package: 'kmod', purpose: 'tells which modules need which' },
  { provides: '/usr/sbin/cryptsetup', package: 'cryptsetup-bin', purpose: 'makes the encrypted guest' },
  {
    provides: 'hivexregedit',
    package: 'libwin-hivex-perl',
    purpose: 'fills the registry of a phony Windows',
  },
  { provides: 'guestfish', package: 'guestfish', purpose: 'fills the disk of a phony Windows' },
  { provides: 'virt-customize', package: 'guestfs-tools', purpose: 'runs scripts on converted guests' },
];

/**
 * Installs what is missing, where this user may.
 * @throws LabRefusal with the command that a person has to run.
 */
export async function ensureGuestPackages(log: Log): Promise<void> {
  await ensurePackages(GUEST_PACKAGES, log);
}
