/** The files of a guest that its description decides. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebianSpec, GuestName, TinySpec } from './specs';

export const ROOT_UUID = '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900001';
export const DATA_UUID = '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900002';
/** Of /boot, where it has a partition of its own. */
export const BOOT_UUID = '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900003';
/** Of the encrypted partition itself, as LUKS has it. */
export const LUKS_UUID = '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900004';
/** The serial number that recipes/uefi-disk.sh gives to the EFI system partition, as mount(8) spells it. */
const ESP_UUID = 'E5B0-0001';

export function configureTree(tree: string, name: GuestName, spec: TinySpec | DebianSpec): void {
  writeFileSync(join(tree, 'etc', 'hostname'), `${name}\n`);
  writeFileSync(join(tree, 'etc', 'fstab'), fstab(spec));
  if (spec.rootBy === 'device') {
    appendFileSync(join(tree, 'etc', 'default', 'grub'), 'GRUB_DISABLE_LINUX_UUID=true\n');
  }
}

function fstab(spec: TinySpec | DebianSpec): string {
  const lines = [`UUID=${ROOT_UUID} / ext4 errors=remount-ro 0 1`];
  if ('passphrase' in spec) {
    lines.push(`UUID=${BOOT_UUID} /boot ext4 defaults 0 2`);
  }
  if (spec.firmware === 'uefi') {
    lines.push(`UUID=${ESP_UUID} /boot/efi vfat umask=0077 0 1`);
  }
  if (spec.dataMarker !== null) {
    lines.push(`UUID=${DATA_UUID} /srv/data ext4 defaults 0 2`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
