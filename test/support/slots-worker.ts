/**
 * A worker that grants transfer slots and does nothing else, in a process of its own that a test can kill:
 * `node -r test/support/typescript.js slots-worker.ts ADDRESS NAMESPACE BUNDLE`. It says `ready` once it polls.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { readFormerLimits } from '../../activities/former-limits';
import { askAllAgain, findGoneHolders } from '../../activities/slot-holders';
import { TRANSFER_SLOTS_QUEUE } from '../../plan/task-queue';
import { workflowBundle } from './workflow-bundle';

/** Resolves when it polls. */
export async function startSlotsWorker(address: string, namespace: string): Promise<ChildProcess> {
  const loader = require.resolve('./typescript.js');
  const args = ['-r', loader, __filename, address, namespace, await workflowBundle()];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) if (line === 'ready') return child;
  throw new Error('the worker ended before it was ready');
}

/** SIGKILL: nothing is handed over. */
export async function kill(worker: ChildProcess): Promise<void> {
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

async function work(address: string, namespace: string, codePath: string): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: TRANSFER_SLOTS_QUEUE,
    workflowBundle: { codePath },
    activities: { askAllAgain, findGoneHolders, readFormerLimits },
  });
  const running = worker.run();
  process.stdout.write('ready\n');
  await running;
}

const [address, namespace, codePath] = process.argv.slice(2);
if (require.main === module) void work(address!, namespace!, codePath!);
