/**
 * A Block volume of the real node's driver: a file, which the node sees as a loop device while a Pod has the volume.
 *
 * The kernel keeps what was read from a device apart from what was read from the file beneath. Who writes to the file alone leaves
 * old bytes in the device. So the array writes to the device where there is one, as the Pods do, and to the file where there is none.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './target';

/** How often a device may come or go while it is opened. */
const ATTEMPTS = 10;

export class LoopVolume implements Target {
  /** Null while the file itself is written. */
  private device: string | null = null;

  constructor(private readonly file: string) {}

  async open(capacityBytes: number): Promise<FileHandle> {
    const { size } = await stat(this.file);
    if (size < capacityBytes) {
      throw new Error(`the volume holds ${size} bytes, the disk has ${capacityBytes}`);
    }
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      this.device = deviceOver(this.file);
      const opened = await open(this.device ?? this.file, 'r+').catch(nullIfGone);
      // Until it was open, the node might take the device away and give it to another volume. From then on the kernel keeps it.
      if (opened !== null && deviceOver(this.file) === this.device) return opened;
      await opened?.close();
    }
    throw new Error('the node attached and detached the volume again and again');
  }

  verify(): void {
    const now = deviceOver(this.file);
    if (this.device === null && now !== null) {
      throw new Error(`the node attached the volume as ${now} while the array wrote beneath it`);
    }
  }
}

function nullIfGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENXIO') return null;
  throw error;
}

/** The loop device over a file, as the kernel tells; null where there is none. */
function deviceOver(file: string): string | null {
  const real = realpathSync(file);
  const name = readdirSync('/sys/block').find((one) => one.startsWith('loop') && fileBeneath(one) === real);
  return name === undefined ? null : join('/dev', name);
}

/** Null where nothing is attached. */
function fileBeneath(device: string): string | null {
  try {
    return readFileSync(join('/sys/block', device, 'loop', 'backing_file'), 'utf8').trimEnd();
  } catch {
    return null;
  }
}
