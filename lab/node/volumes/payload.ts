/** Files with content from the API server: Secrets, ConfigMaps, tokens and fields of the Pod. */
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PayloadFile {
  data: Buffer;
  /** Permission bits. */
  mode: number;
}

/** By path relative to the volume. */
export type Payload = Map<string, PayloadFile>;

/** Kubernetes' default for files of such volumes: rw-r--r-- */
export const DEFAULT_MODE = 0o644;

/** Writes the volume. Where the Pod has an fsGroup, this group owns each file and may read it. */
export function writePayload(directory: string, payload: Payload, fsGroup: number | undefined): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  for (const [path, { data, mode }] of payload) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    // A file that an earlier attempt left may be read-only.
    rmSync(file, { force: true });
    writeFileSync(file, data);
    if (fsGroup !== undefined && process.getuid?.() === 0) {
      chownSync(file, 0, fsGroup);
    }
    chmodSync(file, fsGroup === undefined ? mode : mode | 0o440);
  }
}
