/** A real Temporal dev server for one test file, with Drover's search attributes. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { chooseTemporal, provideTemporal } from '../../lab/binaries';
import { thisMachine } from '../../lab/machine';
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
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await temporalCli() },
      searchAttributes: Object.values(searchAttributes),
      extraArgs: settings.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
}
