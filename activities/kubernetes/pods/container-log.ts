import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { containerStatuses } from './pod-containers';
import type { Pod } from '../api/kinds';
import { cutLines } from '../api/lines';

/** Characters. One document is one line; a longer line is no document. */
const LONGEST_LINE = 64 * 1024;
/** Lines that each new stream begins with: enough to find the last document among lines for people. */
const TAIL_LINES = '20';
/** If a stream brings nothing for so long, Drover opens a new one: a dead connection may give no error. */
const QUIET_MS = 60_000;
/** Between two streams. The pause doubles while streams end early. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Follows the stdout of a container while it runs. Each line may be one JSON document. If the stream breaks, a new one
 * repeats the last lines. So a document must state the whole progress, not what changed since the last document.
 */
export class ContainerLog {
  private followed: { uid: string; isRunning: boolean } | null = null;
  private readonly closed = new AbortController();

  constructor(
    private readonly api: ApiClient,
    private readonly container: string,
    private readonly onDocument: (document: Record<string, unknown>) => void,
  ) {}

  /** Starts following once the container runs. */
  look(pod: Pod): void {
    const { uid = '' } = pod.metadata ?? {};
    const isRunning = this.isRunning(pod);
    if (this.followed?.uid === uid) this.followed.isRunning = isRunning;
    else if (isRunning) {
      this.followed = { uid, isRunning };
      void this.follow(this.logOf(pod), this.followed);
    }
  }

  /** Reads the last lines by a separate request: a broken stream may have missed them. */
  async readNow(pod: Pod): Promise<void> {
    try {
      await this.readAll(await this.api.openLog(this.logOf(pod), { tailLines: TAIL_LINES }));
    } catch {
      // This node gives no logs: what they would say stays unknown.
    }
  }

  close(): void {
    this.closed.abort();
  }

  private async follow(log: LogRef, container: { isRunning: boolean }): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (container.isRunning && !this.closed.signal.aborted) {
      const began = Date.now();
      await this.followOnce(log);
      pause = Date.now() - began > QUIET_MS / 2 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pause * 2);
      await delay(pause, undefined, { signal: this.closed.signal }).catch(() => undefined);
    }
  }

  /** Reads one stream until its end. Never rejects. */
  private async followOnce(log: LogRef): Promise<void> {
    const quiet = new AbortController();
    const timer = setTimeout(() => quiet.abort(), QUIET_MS).unref();
    const options = {
      signal: AbortSignal.any([this.closed.signal, quiet.signal]),
      headTimeoutMs: 2 * QUIET_MS,
    };
    try {
      const stream = await this.api.openLog(log, { tailLines: TAIL_LINES, follow: 'true' }, options);
      await this.readAll(heard(stream, () => timer.refresh()));
    } catch {
      // The stream broke or was refused. `follow` opens a new one while the container runs.
    } finally {
      clearTimeout(timer);
    }
  }

  private async readAll(stream: AsyncIterable<Buffer>): Promise<void> {
    for await (const line of cutLines(stream, LONGEST_LINE)) this.read(line);
  }

  private read(line: string): void {
    if (!line.startsWith('{')) return;
    try {
      this.onDocument(JSON.parse(line) as Record<string, unknown>);
    } catch {
      // A line that only looks like JSON is for people.
    }
  }

  private isRunning(pod: Pod): boolean {
    const status = containerStatuses(pod).find(({ name }) => name === this.container);
    return status?.state?.running !== undefined;
  }

  private logOf({ metadata }: Pod): LogRef {
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      container: this.container,
    };
  }
}

async function* heard(stream: AsyncIterable<Buffer>, onChunk: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    onChunk();
    yield chunk;
  }
}
