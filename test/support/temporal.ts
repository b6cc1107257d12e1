/** A real Temporal dev server for one test file, with Drover's search attributes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TypedSearchAttributes } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { chooseTemporal, provideTemporal } from '../../lab/binaries';
import { thisMachine } from '../../lab/machine';
import { killProcess } from '../../lab/process';
import { startTemporal as startServer } from '../../lab/temporal';
import { searchAttributes } from '../../workflows/temporal-api';

/** DROVER_TEMPORAL_CLI → PATH → fetched before → fetched now. A server that the user runs is not for tests. */
export async function temporalCli(): Promise<string> {
  const given = process.env.DROVER_TEMPORAL_CLI;
  if (given) return given;
  const machine = thisMachine();
  const choice = chooseTemporal({ ...machine, env: { ...machine.env, TEMPORAL_ADDRESS: undefined } });
  if (choice.from === 'given') throw new Error('no Temporal server was given');
  return provideTemporal(choice, (line) => process.stderr.write(`${line}\n`));
}

/**
 * Per second. The dev server has one history shard, and by default a shard looks for new tasks 20 times a second: each
 * step of a workflow would take 50 ms.
 */
const POLLS_PER_SECOND = 2000;

/** Bounds a start that hangs. The SDK's own start of a server gives up after 5 s, which a busy machine may need. */
const START_MS = 150_000;

/**
 * @param fullAfter events from which on the server has a workflow continue as new; default: its own 4,096
 * @param more of the server's settings, as `name=value`
 */
export async function startTemporal(
  fullAfter?: number,
  more: readonly string[] = [],
): Promise<TestWorkflowEnvironment> {
  const settings = [
    ...more,
    `history.transferProcessorMaxPollRPS=${POLLS_PER_SECOND}`,
    ...(fullAfter === undefined ? [] : [`limit.historyCount.suggestContinueAsNew=${fullAfter}`]),
  ];
  const logDir = mkdtempSync(join(tmpdir(), 'drover-temporal-'));
  const removeLog = () => rmSync(logDir, { recursive: true, force: true });
  try {
    const { address, process: server } = await startServer({
      binary: await temporalCli(),
      logDir,
      searchAttributes: Object.values(searchAttributes).map(
        ({ name, type }) => `${name}=${TypedSearchAttributes.toMetadataType(type)}`,
      ),
      settings,
      patienceMs: START_MS,
    });
    const end = () => killProcess(server).finally(removeLog);
    return await connected(address, end);
  } catch (error) {
    removeLog();
    throw error;
  }
}

/** @param end of the server */
async function connected(address: string, end: () => Promise<void>): Promise<TestWorkflowEnvironment> {
  try {
    const env = await TestWorkflowEnvironment.createFromExistingServer({ address });
    const disconnect = env.teardown.bind(env);
    env.teardown = () => disconnect().finally(end);
    return env;
  } catch (error) {
    await end();
    throw error;
  }
}
