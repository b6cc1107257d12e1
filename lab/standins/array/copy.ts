/** One copy inside the array: from a datastore's disk to a volume, without any Pod. */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Target } from './target';

export interface CopyOrder {
  copyId: string;
  /** The disk's bytes in the datastore. */
  from: string;
  to: Target;
  capacityBytes: number;
  /** How many seconds the copy takes at least. It may change while the copy runs. */
  seconds: () => number;
  /** How long what was written stays in a cache, and is lost if the power is cut. */
  cacheSeconds: number;
  /** Breaks the copy half way, with this message. */
  fault: string | null;
  /** Holds the copy half way until it resolves. */
  gate: (signal: AbortSignal) => Promise<void>;
}

export interface CopyState {
  copyId: string;
  state: 'running' | 'done' | 'failed';
  bytesDone: number;
  bytesTotal: number;
  error?: string;
}

/** How often a copy that waits asks whether its pace has changed. */
const LOOK_MS = 250;
/** Bytes of one piece. */
const CHUNK = 1024 * 1024;

export class Copy {
  readonly state: CopyState;
  private readonly stopping = new AbortController();
  /** Resolves when nothing is written any more. */
  readonly ended: Promise<void>;

  /** Starts at once. `moved` gets the number of bytes of each piece that was written. */
  constructor(
    private readonly order: CopyOrder,
    private readonly moved: (bytes: number) => void,
  ) {
    const { copyId, capacityBytes } = order;
    this.state = { copyId, state: 'running', bytesDone: 0, bytesTotal: capacityBytes };
    this.ended = this.run();
  }

  /** Resolves when nothing is written any more. */
  stop(): Promise<void> {
    this.stopping.abort();
    return this.ended;
  }

  /** What a power cut does: a copy that runs fails, and what it has written is lost. */
  async losePower(): Promise<void> {
    if (this.state.state !== 'running') return;
    await this.stop();
    if (this.state.error === undefined) return;
    this.state.error = 'the power failed before the cache was flushed';
    const target = await this.order.to.open(this.order.capacityBytes);
    try {
      for (let at = 0; at < this.state.bytesDone; at += CHUNK) {
        await writeSparse(target, ZEROS.subarray(0, Math.min(CHUNK, this.state.bytesDone - at)), at);
      }
    } finally {
      await target.close();
    }
  }

  private async run(): Promise<void> {
    try {
      await this.copy();
      this.state.state = 'done';
    } catch (error) {
      this.state.state = 'failed';
      this.state.error = error instanceof Error ? error.message : String(error);
    }
  }

  private async copy(): Promise<void> {
    const { from, to, capacityBytes } = this.order;
    const source = await open(from, 'r');
    try {
      const { size } = await source.stat();
      if (size !== capacityBytes) throw new Error(`the disk has ${size} bytes, not ${capacityBytes}`);
      const target = await to.open(capacityBytes);
      try {
        await this.transfer(source, target);
        await this.flush(target);
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  }

  private async transfer(source: FileHandle, target: FileHandle): Promise<void> {
    const { capacityBytes, fault, gate } = this.order;
    const { signal } = this.stopping;
    const started = Date.now();
    const chunk = Buffer.alloc(CHUNK);
    for (let at = 0; at < capacityBytes;) {
      if (at * 2 >= capacityBytes) await gate(signal).catch(() => undefined);
      if (signal.aborted) throw new Error('stopped');
      if (fault !== null && at * 2 >= capacityBytes) throw new Error(fault);
      const { bytesRead } = await source.read(chunk, 0, CHUNK, at);
      if (bytesRead === 0) throw new Error(`the disk ended after ${at} bytes`);
      await writeSparse(target, chunk.subarray(0, bytesRead), at);
      this.order.to.verify();
      at += bytesRead;
      this.state.bytesDone = at;
      this.moved(bytesRead);
      await this.pace(started, at / capacityBytes);
    }
  }

  /** Until then the copy runs, though all bytes are counted. */
  private async flush(target: FileHandle): Promise<void> {
    const { signal } = this.stopping;
    const { cacheSeconds } = this.order;
    if (cacheSeconds > 0) await delay(cacheSeconds * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new Error('stopped');
    await target.sync();
    this.order.to.verify();
  }

  private async pace(started: number, fraction: number): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const early = started + fraction * this.order.seconds() * 1000 - Date.now();
      if (early <= 0) return;
      await delay(Math.min(early, LOOK_MS), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Writes zeros only where something else lies: a volume keeps its holes, and loses what it held before. */
async function writeSparse(target: FileHandle, chunk: Buffer, at: number): Promise<void> {
  if (isZero(chunk)) {
    const present = Buffer.alloc(chunk.length);
    await target.read(present, 0, present.length, at);
    if (isZero(present)) return;
  }
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await target.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

const ZEROS = Buffer.alloc(CHUNK);

function isZero(chunk: Buffer): boolean {
  return chunk.equals(ZEROS.subarray(0, chunk.length));
}
