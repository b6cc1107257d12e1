/**
 * A lab of a test file's own, with a worker and the `drover` command: for what happens from end to end.
 * The command and the worker are the compiled ones, as users run them (`npm test` compiles first).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DroverClient } from '../../client';
import { stopProcess, startProcess, type StartedProcess } from '../../lab/process';
import { startLab, type RunningLab } from '../../lab/up';
import type { VcenterSpec } from '../../lab/vcenter-spec';
import { labEnvironment, workerPolls, workerSpec } from '../../lab/worker-process';
import { type CommandResult, runDrover } from './drover-process';

export interface WholeLab {
  readonly lab: RunningLab;
  /** Null while it is stopped. */
  worker: StartedProcess | null;
  drover: DroverClient;
  /** Temporal as any client sees it. */
  temporal: Client;
  /** Runs the command as a user would, for the test at most; never throws for its exit code. */
  run(...args: string[]): Promise<CommandResult>;
  startWorker(env?: NodeJS.ProcessEnv): Promise<void>;
  stop(): Promise<void>;
}

export interface WholeLabOptions {
  inventory?: VcenterSpec;
  /** Added to the worker's environment. */
  workerEnv?: NodeJS.ProcessEnv;
  /** Adds a real node; default false. */
  realNode?: boolean;
  /** Default true. */
  worker?: boolean;
}

export async function startWholeLab(options: WholeLabOptions = {}): Promise<WholeLab> {
  const home = mkdtempSync(join(tmpdir(), 'drover-test-'));
  const lab = await startLab({
    dir: join(home, 'lab'),
    log: () => undefined,
    lifetime: 'caller',
    realNode: options.realNode ?? false,
    ...(options.inventory === undefined ? {} : { inventory: options.inventory }),
  });
  const drover = await DroverClient.connect({ env: labEnvironment(lab.state) });
  const connection = await Connection.connect({ address: lab.state.temporal.address });
  const whole: WholeLab = {
    lab,
    worker: null,
    drover,
    temporal: new Client({ connection, namespace: lab.state.temporal.namespace }),
    run: (...args) => runDrover(args, labEnvironment(lab.state)),
    startWorker: async (env = {}) => {
      const spec = workerSpec(lab.state);
      whole.worker = await startProcess({ ...spec, env: { ...spec.env, ...options.workerEnv, ...env } });
      await workerPolls(drover);
    },
    stop: async () => {
      await drover.close();
      await connection.close();
      if (whole.worker) await stopProcess(whole.worker);
      await lab.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  if (options.worker !== false) await whole.startWorker();
  return whole;
}
