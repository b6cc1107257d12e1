/** How large a volume must be to hold a disk. */
import type { TargetInventory, VolumeMode } from '../inventory';

const MEBIBYTE = 1024 * 1024;

/** What CDI itself assumes where its configuration names no overhead. */
const DEFAULT_OVERHEAD = 0.06;

/**
 * Bytes that a PVC asks for. A block volume needs the disk's capacity; a file system needs room for its own
 * structures beside the disk's image: `overhead` is the share of the volume that they take.
 */
export function requestBytes(capacityBytes: number, mode: VolumeMode, overhead: number): number {
  const aligned = roundUp(capacityBytes);
  return mode === 'Block' ? aligned : roundUp(Math.ceil(aligned / (1 - overhead)));
}

/** The file-system overhead of a class, by CDI's configuration. */
export function overheadOf(
  { filesystemOverhead }: Pick<TargetInventory, 'filesystemOverhead'>,
  storageClass: string,
): number {
  // A class may be called `constructor`.
  const own = Object.hasOwn(filesystemOverhead, storageClass) ? filesystemOverhead[storageClass] : undefined;
  return own ?? filesystemOverhead['global'] ?? DEFAULT_OVERHEAD;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / MEBIBYTE) * MEBIBYTE;
}
