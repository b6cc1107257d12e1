/** Several workers in one process live and end together. SIGTERM and SIGINT reach each through the SDK. */
import type { Worker } from '@temporalio/worker';

type Runnable = Pick<Worker, 'run' | 'shutdown' | 'getState'>;

/** Resolves when all have drained. Where one breaks, the others are shut down and its error is thrown. */
export async function runTogether(workers: readonly Runnable[]): Promise<void> {
  const shutDownAll = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = await Promise.allSettled(workers.map((worker) => worker.run().finally(shutDownAll)));
  for (const run of runs) if (run.status === 'rejected') throw run.reason;
}

/**
 * Until workers run there is nothing to hand over: SIGTERM and SIGINT end the process at once. By itself it would not,
 * as the first process of a container, and the SDK's own handlers wait for workers that are not there yet.
 *
 * @returns what leaves the signals to the workers again
 */
export function endAtSignals(): () => void {
  const end = (): void => process.exit(0);
  for (const signal of SIGNALS) process.once(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
