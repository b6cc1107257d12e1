/**
 * Which disk the firmware starts. virt-v2v does not say it, so we look at the first sectors of the disks.
 *
 * BIOS (SeaBIOS, and the IBM PC's rules before it): a first sector that ends in 55 AA and begins with code. Windows
 * puts code on every disk it initialises, so GRUB's name in the code or a partition marked active decides, as
 * virt-v2v's own search for GRUB does. UEFI (specification 2.10, chapters 5.3 and 13.3): a GUID partition table with
 * an EFI system partition.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Firmware } from './inspection';

const SECTOR = 512;
/** C12A7328-F81F-11D2-BA4B-00A0C93EC93B as it lies on a disk. */
const EFI_SYSTEM_PARTITION = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');

/** Index in `paths`, or null where no disk looks bootable; `firmware` null means it is not known. */
export function findBootDisk(paths: readonly string[], firmware: Firmware | null): number | null {
  const starts = paths.map(readStart);
  const ways = { bios: [hasMarkedBootCode, hasBootCode], efi: [hasEfiSystemPartition] };
  const order = firmware === null ? [...ways.bios.slice(0, 1), ...ways.efi, hasBootCode] : ways[firmware];
  const found = order.map((isBootable) => starts.findIndex(isBootable)).find((index) => index !== -1);
  return found ?? null;
}

/** The first 34 sectors of 512 bytes hold a boot sector and a GUID partition table, those of 4096 bytes more. */
function readStart(path: string): Buffer {
  const start = Buffer.alloc(6 * 4096);
  const file = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(file, start, 0, start.length, 0));
  } finally {
    closeSync(file);
  }
}

function hasBootCode(start: Buffer): boolean {
  return start.length >= SECTOR && start.readUInt16BE(510) === 0x55aa && start.subarray(0, 440).some(Boolean);
}

function hasMarkedBootCode(start: Buffer): boolean {
  const isActive = [446, 462, 478, 494].some((entry) => start[entry] === 0x80);
  return hasBootCode(start) && (isActive || start.subarray(0, 440).includes('GRUB'));
}

function hasEfiSystemPartition(start: Buffer): boolean {
  const header = [SECTOR, 4096].find((offset) => start.toString('latin1', offset, offset + 8) === 'EFI PART');
  if (header === undefined || start.length < header + 92) return false;
  const entries = Number(start.readBigUInt64LE(header + 72)) * header;
  const count = start.readUInt32LE(header + 80);
  const size = start.readUInt32LE(header + 84);
  if (size < 128) return false;
  for (let at = entries; at + 16 <= start.length && at < entries + count * size; at += size) {
    if (start.subarray(at, at + 16).equals(EFI_SYSTEM_PARTITION)) return true;
  }
  return false;
}
