/** The disks of the guest, as the file beside the domain XML lists them. */
import { readFileSync } from 'node:fs';

export interface Disk {
  /** Position among the source's disks. */
  index: number;
  /** The target volume: a block device, or a raw file on a file system. */
  path: string;
  /** qcow2 file on the scratch volume that takes the conversion's writes. */
  overlay: string;
}

/** @returns the disks in source order. @throws Error where the file does not say them. */
export function readDisks(file: string): Disk[] {
  const listed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(listed) || listed.length === 0 || !listed.every(isDisk)) {
    throw new Error(`${file} must list the disks as {index, path, overlay}`);
  }
  return [...listed].sort((one, other) => one.index - other.index);
}

function isDisk(value: unknown): value is Disk {
  if (typeof value !== 'object' || value === null) return false;
  const { index, path, overlay } = value as Partial<Record<keyof Disk, unknown>>;
  return Number.isInteger(index) && typeof path === 'string' && typeof overlay === 'string';
}
