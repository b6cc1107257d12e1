/** The qcow2 files that take a conversion's writes, so that the disks below stay as they were filled. */
import { closeSync, openSync, readlinkSync, readdirSync, readSync, realpathSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk } from './disks';
import { syncPath } from './durable';
import { qemuImg } from './qemu-img';

/** Makes empty overlays in the place of whatever an earlier attempt left. */
export async function makeOverlays(disks: readonly Disk[]): Promise<void> {
  for (const { overlay } of disks) rmSync(overlay, { force: true });
  for (const { path, overlay } of disks) {
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', path, '-F', 'raw', overlay);
  }
}

/** Forces complete overlays to the scratch volume; the appliance itself never waits for that. */
export function syncOverlays(disks: readonly Disk[]): void {
  for (const { overlay } of disks) syncPath(overlay);
  for (const directory of new Set(disks.map(({ overlay }) => dirname(overlay)))) syncPath(directory);
}

/** Whether nothing was ever written to an overlay: then there is nothing to commit. */
export function isEmptyOverlay(overlay: string): boolean {
  const file = openSync(overlay, 'r');
  try {
    const header = readAt(file, 0, 48);
    if (header.toString('latin1', 0, 4) !== 'QFI\xfb') return false;
    // qcow2 specification: without an entry in its first-level table an image has no cluster of its own.
    const entries = header.readUInt32BE(36);
    const table = readAt(file, Number(header.readBigUInt64BE(40)), entries * 8);
    return table.length === entries * 8 && table.every((byte) => byte === 0);
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
}

/** Processes that still have one of the overlays open: whoever left its process group might write on. */
export function openedBy(disks: readonly Disk[]): string[] {
  const overlays = new Set(disks.map(({ overlay }) => realpathSync(overlay)));
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && openFiles(pid).some((file) => overlays.has(file)),
  );
}

function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((descriptor) => readlinkSync(`${folder}/${descriptor}`));
  } catch {
    // It ended, or is another user's, who could not open our files either.
    return [];
  }
}
