/** Looks at a wave while it runs: how far it is, how large the worker is, how soon its status comes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MigrationHandle } from '../../../client';

export interface ProgressOptions {
  vms: number;
  /** VMs that have ended. */
  done(): Promise<number>;
  /** Called at each look. */
  look(): void;
  handles: readonly Pick<MigrationHandle, 'state'>[];
  log(line: string): void;
}

export interface Progress {
  /** The longest that one answer took so far. */
  statusSeconds(): number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;
/** So many looks apart: a line, and a question for the state. */
const SAY_EVERY = 3;

export function watchProgress(options: ProgressOptions): Progress {
  const stopped = new AbortController();
  const answers: number[] = [];
  const began = Date.now();
  const looking = (async () => {
    for (let looks = 1; !stopped.signal.aborted; looks += 1) {
      await delay(LOOK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      options.look();
      if (looks % SAY_EVERY !== 0) continue;
      const done = await options.done();
      const rate = done / ((Date.now() - began) / 1000);
      options.log(`${done} of ${options.vms} VMs have ended, ${rate.toFixed(2)} a second`);
      answers.push(await secondsOf(() => options.handles[0]!.state()));
    }
  })();
  return {
    statusSeconds: () => Math.max(0, ...answers),
    stop: () => {
      stopped.abort();
      return looking;
    },
  };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
