/** Keys of the guest's encrypted disks, for virt-v2v and guestfish: they are told the names of files, never what is in them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface GuestKeys {
  /** Where the passphrases are mounted, one file for each; absent where there are none. */
  keysFolder: string;
  /** Whether Clevis opens disks, with what a server in the network gives. */
  clevis: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Arguments `--key ID:file:PATH`. A file that is named as a UUID is for the disk with this LUKS UUID, any other is tried on all
 * disks: virt-v2v 2.2 does not know this selector yet.
 */
export function keyArguments({ clevis, keysFolder }: GuestKeys): string[] {
  // The kubelet keeps its own links in the folder, whose names begin with two dots.
  const names = existsSync(keysFolder)
    ? readdirSync(keysFolder).filter((name) => !name.startsWith('..'))
    : [];
  const files = names
    .sort()
    .map((name) => `${UUID.test(name) ? name : 'all'}:file:${join(keysFolder, name)}`);
  const selectors = clevis ? [...files, 'all:clevis'] : files;
  return selectors.flatMap((selector) => ['--key', selector]);
}
