/** The lab's storage array: knows its volumes by handle and its datastores by name, and copies between them. */
import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { splitDatastorePath } from '../../../plan/vcenter-names';
import { note } from '../../journal';
import { DRIVER, diskFile } from '../csi/driver';
import { Copy, type CopyState } from './copy';
import type { Counters } from './counters';
import type { Settings } from './settings';

export interface CopyRequest {
  copyId: string;
  /** `[datastore] folder/disk.vmdk`. */
  source: string;
  volumeHandle: string;
  capacityBytes: number;
  /** Seconds that this copy takes at least; absent: as the settings say. */
  seconds?: number;
}

/** A request that the array can't serve; `status` is HTTP's. */
export class ArrayRefusal extends Error {
  constructor(
    readonly status: 400 | 404 | 409,
    message: string,
  ) {
    super(message);
  }
}

export interface ArrayOptions {
  volumesDir: string;
  /** Holds the simulated vCenter's datastores, each in a folder of its name. */
  datastoresDir: string;
  volumes: () => V1PersistentVolume[];
  counters: Counters;
  settings: Settings;
  /** Where each copy is recorded: see `arrayJournal`. */
  journal: string;
}

/** Where the array records its copies. See `lab/journal.ts`. */
export function arrayJournal(dir: string): string {
  return join(dir, 'array.jsonl');
}

export class StorageArray {
  private readonly copies = new Map<string, Copy>();

  constructor(private readonly options: ArrayOptions) {}

  /** @throws ArrayRefusal where a copy of that id exists, or its source or its volume does not. */
  start(request: CopyRequest): CopyState {
    const { copyId, source, capacityBytes } = request;
    if (this.copies.has(copyId)) throw new ArrayRefusal(409, `the copy ${copyId} exists; delete it first`);
    const { settings, counters } = this.options;
    const order = {
      copyId,
      capacityBytes,
      from: this.flatFile(source),
      to: this.target(request.volumeHandle),
      seconds: request.seconds ?? settings.secondsInto(request.volumeHandle),
      fault: settings.takeFault(source)?.message ?? null,
    };
    note(this.options.journal, { copyId, source, into: request.volumeHandle });
    const copy = new Copy(order, (bytes) => counters.add('copies', copyId, bytes));
    void copy.ended.then(() => note(this.options.journal, { copyId, how: copy.state.state }));
    this.copies.set(copyId, copy);
    return copy.state;
  }

  find(copyId: string): CopyState {
    return this.known(copyId).state;
  }

  /** Stops the copy if it runs, and forgets it. After this, nothing is written any more. */
  async remove(copyId: string): Promise<void> {
    await this.known(copyId).stop();
    this.copies.delete(copyId);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.copies.values()].map((copy) => copy.stop()));
  }

  private known(copyId: string): Copy {
    const copy = this.copies.get(copyId);
    if (copy === undefined) throw new ArrayRefusal(404, `no copy ${copyId}`);
    return copy;
  }

  /** `[ds] vm/disk.vmdk` describes a disk; its bytes lie in `ds/vm/disk-flat.vmdk`. */
  private flatFile(source: string): string {
    const parts = splitDatastorePath(source);
    if (parts?.path.endsWith('.vmdk') !== true || parts.stored.includes('/'))
      throw new ArrayRefusal(400, `${source} is not a disk's path`);
    const root = resolve(this.options.datastoresDir);
    const file = resolve(root, parts.stored, parts.path.replace(/\.vmdk$/, '-flat.vmdk'));
    if (!file.startsWith(root + sep)) throw new ArrayRefusal(400, `${source} lies outside of its datastore`);
    if (!existsSync(file)) throw new ArrayRefusal(404, `no disk ${source}`);
    return file;
  }

  private target(handle: string): { path: string; kind: 'device' | 'image' } {
    const volume = this.options
      .volumes()
      .find(({ spec }) => spec?.csi?.driver === DRIVER && spec.csi.volumeHandle === handle);
    if (volume === undefined) throw new ArrayRefusal(404, `no volume ${handle}`);
    const kind = volume.spec?.volumeMode === 'Block' ? 'device' : 'image';
    return { path: diskFile(this.options.volumesDir, volume), kind };
  }
}
