/**
 * A clock of one process that can be set while the process runs: libfaketime stands between it and the kernel. Only the time of day
 * jumps. What measures spans (the monotonic clock) goes on, as on a real machine.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { ensurePackages, type Package } from '../prerequisites';
import type { Log } from '../log';

const TRIPLETS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
/** For programs with several threads. */
const LIBRARY = `/usr/lib/${TRIPLETS[process.arch] ?? process.arch}/faketime/libfaketimeMT.so.1`;

const PACKAGE: Package = {
  provides: LIBRARY,
  package: 'libfaketime',
  purpose: "lets a storm set a worker's clock",
};

/** @throws LabRefusal with the command that a person has to run */
export function ensureClocks(log: Log): Promise<void> {
  return ensurePackages([PACKAGE], log);
}

export class Clock {
  /** @param file is made here, and read by the process */
  constructor(private readonly file: string) {
    this.jump(0);
  }

  /** What the process gets into its environment. */
  get env(): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.file,
      // Seconds between two looks at the file.
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      // Else each killed process leaves its piece of shared memory behind.
      FAKETIME_DISABLE_SHM: '1',
    };
  }

  /** Within a second the process sees a time of day that is so many seconds off the right one. 0: the right one. */
  jump(seconds: number): void {
    const fresh = `${this.file}.new`;
    writeFileSync(fresh, `${seconds < 0 ? '' : '+'}${seconds.toFixed(1)}`);
    renameSync(fresh, this.file);
  }
}
