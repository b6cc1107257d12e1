import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GuestKeys, guestKeys, keyArguments } from '../../images/conversion/guest-keys';

const UUID = '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900003';

let keysFolder: string;
beforeEach(() => (keysFolder = mkdtempSync(join(tmpdir(), 'drover-keys-'))));
afterEach(() => rmSync(keysFolder, { recursive: true, force: true }));

const argumentsOf = (keys: GuestKeys) => keyArguments(guestKeys(keys));

/** As the kubelet mounts a Secret: links over a folder that it swaps at once. */
function mount(...names: string[]): void {
  mkdirSync(join(keysFolder, '..2026'));
  symlinkSync('..2026', join(keysFolder, '..data'));
  for (const name of names) {
    writeFileSync(join(keysFolder, '..2026', name), 'open sesame');
    symlinkSync(join('..data', name), join(keysFolder, name));
  }
}

test('each passphrase is tried on all disks, or on the one whose LUKS UUID it is named for', () => {
  mount('root', UUID);
  expect(argumentsOf({ keysFolder, clevis: false })).toEqual([
    '--key',
    `${UUID}:file:${join(keysFolder, UUID)}`,
    '--key',
    `all:file:${join(keysFolder, 'root')}`,
  ]);
});

test('what is in a passphrase is no argument', () => {
  mount('root');
  expect(argumentsOf({ keysFolder, clevis: false }).join()).not.toContain('sesame');
});

test('Clevis is asked where the plan says so, with passphrases or without', () => {
  expect(argumentsOf({ keysFolder: join(keysFolder, 'nowhere'), clevis: true })).toEqual([
    '--key',
    'all:clevis',
  ]);
  mount('root');
  expect(argumentsOf({ keysFolder, clevis: true }).at(-1)).toBe('all:clevis');
});

test('a guest without keys gets no argument', () => {
  expect(argumentsOf({ keysFolder: join(keysFolder, 'nowhere'), clevis: false })).toEqual([]);
});
