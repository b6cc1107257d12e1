/** The lab's storage array: knows its volumes by handle and its datastores by name, and copies between them. */
import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { splitDatastorePath } from '../../../plan/vcenter-names';
import { mendJournal, note, readJournal } from '../../journal';
import { Copy, type CopyState } from './copy';
import type { Counters } from './counters';
import { findTarget, type VolumeFolders } from './find-target';
import { ArrayRefusal } from './refusal';
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

export interface ArrayOptions {
  /** Where the bytes of its volumes lie. */
  folders: VolumeFolders;
  /** Holds the simulated vCenter's datastores, each in a folder of its name. */
  datastoresDir: string;
  volumes: () => V1PersistentVolume[];
  counters: Counters;
  settings: Settings;
  /** Where each copy is recorded, and is found again by an array that starts anew: see `arrayJournal`. */
  journal: string;
}

/** Where the array records its copies. See `lab/journal.ts`. */
export function arrayJournal(dir: string): string {
  return join(dir, 'array.jsonl');
}

/** A line of the journal: a copy begins, or (`how`) ends, or is forgotten. */
export interface CopyNote {
  copyId: string;
  /** Of a begin. */
  capacityBytes?: number;
  how?: 'done' | 'failed' | 'removed';
}

type KnownCopy = Pick<Copy, 'state' | 'stop'> & Partial<Pick<Copy, 'losePower'>>;

export class StorageArray {
  private readonly copies: Map<string, KnownCopy>;
  private readonly volumeOf = new Map<string, string>();

  /** Knows the copies of a former array with this journal. One that ran when that array ended has failed. */
  constructor(private readonly options: ArrayOptions) {
    this.copies = formerCopies(options.journal);
  }

  /** @throws ArrayRefusal where a copy of that id exists, or its source or its volume does not. */
  start(request: CopyRequest): CopyState {
    const { copyId, source, capacityBytes } = request;
    if (this.copies.has(copyId)) throw new ArrayRefusal(409, `the copy ${copyId} exists; delete it first`);
    const { settings, counters, volumes, folders } = this.options;
    const order = {
      copyId,
      capacityBytes,
      from: this.flatFile(source),
      to: findTarget(request.volumeHandle, volumes(), folders),
      seconds:
        request.seconds === undefined ? settings.paceInto(request.volumeHandle) : () => request.seconds ?? 0,
      cacheSeconds: settings.cacheSecondsInto(request.volumeHandle),
      fault: settings.takeFault(source)?.message ?? null,
      gate: (signal: AbortSignal) => settings.untilReleased(source, signal),
    };
    note(this.options.journal, { copyId, source, into: request.volumeHandle, capacityBytes });
    const copy = new Copy(order, (bytes) => counters.add('copies', copyId, bytes));
    void copy.ended.then(() => note(this.options.journal, { copyId, how: copy.state.state }));
    this.copies.set(copyId, copy);
    this.volumeOf.set(copyId, request.volumeHandle);
    return copy.state;
  }

  find(copyId: string): CopyState {
    return this.known(copyId).state;
  }

  /** Stops the copy if it runs, and forgets it. After this, nothing is written any more. */
  async remove(copyId: string): Promise<void> {
    await this.known(copyId).stop();
    this.copies.delete(copyId);
    note(this.options.journal, { copyId, how: 'removed' });
  }

  /** For one volume alone, so that what else runs is not disturbed. */
  async cutPower(volumeHandle: string): Promise<void> {
    for (const [copyId, copy] of this.copies) {
      if (this.volumeOf.get(copyId) === volumeHandle) await copy.losePower?.();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.copies.values()].map((copy) => copy.stop()));
  }

  private known(copyId: string): KnownCopy {
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
}

/** Records the end of those that the former array's own end has ended. */
function formerCopies(journal: string): Map<string, KnownCopy> {
  mendJournal(journal);
  const copies = new Map<string, KnownCopy>();
  for (const { copyId, capacityBytes: bytesTotal = 0, how } of readJournal<CopyNote>(journal)) {
    const known = copies.get(copyId);
    if (how === undefined)
      copies.set(copyId, formerCopy({ copyId, state: 'running', bytesDone: 0, bytesTotal }));
    else if (how === 'removed') copies.delete(copyId);
    else if (known !== undefined) end(known.state, how);
  }
  for (const [copyId, { state }] of copies) {
    if (state.state !== 'running') continue;
    end(state, 'failed');
    note(journal, { copyId, how: 'failed' });
  }
  return copies;
}

function formerCopy(state: CopyState): KnownCopy {
  return { state, stop: () => Promise.resolve() };
}

function end(state: CopyState, how: 'done' | 'failed'): void {
  state.state = how;
  if (how === 'done') state.bytesDone = state.bytesTotal;
  else state.error = 'the array was restarted';
}
