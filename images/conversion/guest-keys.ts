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

/** One way to open a disk: with the first line of a file, or by Clevis. */
export interface GuestKey {
  /** The disk's LUKS UUID, or `all`: it is tried on all disks. */
  disk: string;
  /** Path of the file; null where Clevis opens the disk. */
  file: string | null;
}

/** A file that is named as a UUID is for the disk with this LUKS UUID: virt-v2v 2.2 does not know this selector yet. */
export function guestKeys({ clevis, keysFolder }: GuestKeys): GuestKey[] {
  // The kubelet keeps its own links in the folder, whose names begin with two dots.
  const names = existsSync(keysFolder)
    ? readdirSync(keysFolder).filter((name) => !name.startsWith('..'))
    : [];
  const files = names
    .sort()
    .map((name) => ({ disk: UUID.test(name) ? name : 'all', file: join(keysFolder, name) }));
  return clevis ? [...files, { disk: 'all', file: null }] : files;
}

/** Arguments `--key ID:file:PATH`. */
export function keyArguments(keys: readonly GuestKey[]): string[] {
  return keys.flatMap(({ disk, file }) => [
    '--key',
    file === null ? `${disk}:clevis` : `${disk}:file:${file}`,
  ]);
}
