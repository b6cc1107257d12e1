/** Writes that outlive a power cut: data and directory entries are forced to the disk. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces a file's content at once: a reader finds the old content or the new, whenever the power goes. */
export function replaceFile(file: string, content: string): void {
  const next = `${file}.next`;
  const opened = openSync(next, 'w', 0o600);
  try {
    writeSync(opened, content);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  renameSync(next, file);
  syncPath(dirname(file));
}

/** Forces a file, directory or block device to the disk. */
export function syncPath(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
