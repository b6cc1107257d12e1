/**
 * Watches the free space of a file system while something writes to it.
 *
 * A full file system does not end a conversion: qemu pauses the appliance that wants to write, and virt-v2v waits
 * for it for ever.
 */
import { statfsSync } from 'node:fs';

/** Kept free, so that the journal can still be written and the watch has time to see the end coming. */
export const RESERVE_BYTES = 32 * 1024 * 1024;
const LOOK_MS = 250;

/** Bytes that this user may still write. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** The signal is aborted when less than the reserve is left. */
export function watchFreeSpace(directory: string): { signal: AbortSignal; stop(): void } {
  const short = new AbortController();
  const timer = setInterval(() => {
    if (freeBytes(directory) < RESERVE_BYTES) short.abort();
  }, LOOK_MS);
  return { signal: short.signal, stop: () => clearInterval(timer) };
}
