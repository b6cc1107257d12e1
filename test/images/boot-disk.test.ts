import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBootDisk } from '../../images/conversion/boot-disk';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-boot-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const EMPTY = Buffer.alloc(64 * 1024);

function disk(change: (start: Buffer) => void): Buffer {
  const start = Buffer.from(EMPTY);
  change(start);
  return start;
}

const signed = (start: Buffer) => start.writeUInt16BE(0x55aa, 510);
const DATA = disk(signed);
const WINDOWS_DATA = disk((start) => {
  signed(start);
  start.write('\x33\xc0\x8e\xd0', 0, 'latin1');
});
const WINDOWS = Buffer.from(WINDOWS_DATA).fill(0x80, 446, 447);
const GRUB = disk((start) => {
  signed(start);
  start.write('\xeb\x63', 0, 'latin1');
  start.write('GRUB', 0x180, 'latin1');
});

/** A partition table whose second entry is of this type. */
function gpt(type: string, sector = 512): Buffer {
  return disk((start) => {
    signed(start);
    start.write('EFI PART', sector, 'latin1');
    start.writeBigUInt64LE(2n, sector + 72);
    start.writeUInt32LE(128, sector + 80);
    start.writeUInt32LE(128, sector + 84);
    start.write(type, 2 * sector + 128, 'hex');
  });
}
const ESP = '28732ac11ff8d211ba4b00a0c93ec93b';
const LINUX = 'af3dc60f838472478e793d69d8477de4';

function bootDisk(disks: Buffer[], firmware: 'bios' | 'efi' | null): number | null {
  const paths = disks.map((_, index) => join(dir, String(index)));
  paths.forEach((path, index) => writeFileSync(path, disks[index] ?? ''));
  return findBootDisk(paths, firmware);
}

test('under BIOS is the one with GRUB or an active partition, before others with code', () => {
  expect(bootDisk([DATA, WINDOWS_DATA, GRUB], 'bios')).toBe(2);
  expect(bootDisk([WINDOWS_DATA, WINDOWS], 'bios')).toBe(1);
  expect(bootDisk([DATA, WINDOWS_DATA], 'bios')).toBe(1);
});

test('under UEFI is the one with an EFI system partition, whatever its sectors', () => {
  expect(bootDisk([GRUB, gpt(LINUX), gpt(ESP)], 'efi')).toBe(2);
  expect(bootDisk([gpt(LINUX, 4096), gpt(ESP, 4096)], 'efi')).toBe(1);
});

test('under unknown firmware is the one that any would start', () => {
  expect(bootDisk([WINDOWS_DATA, gpt(ESP)], null)).toBe(1);
  expect(bootDisk([gpt(LINUX), GRUB], null)).toBe(1);
});

test('is none where no disk looks bootable, and odd ones do no harm', () => {
  expect(bootDisk([DATA, EMPTY, Buffer.alloc(0), gpt(LINUX)], 'bios')).toBeNull();
  const endless = gpt(LINUX).fill(0xff, 512 + 72, 512 + 84);
  expect(bootDisk([endless, gpt(ESP).subarray(0, 600)], 'efi')).toBeNull();
});
