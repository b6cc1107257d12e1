import type { Argv } from 'yargs';
import { variables } from '../../workers/environment';
import type { MakeCommand } from '../command';

const options = (yargs: Argv) =>
  yargs
    .option('build-id', {
      describe: 'version of this worker; wins over DROVER_BUILD_ID',
      type: 'string',
      requiresArg: true,
    })
    .option('deployment', {
      describe: 'name that its versions share; wins over DROVER_DEPLOYMENT',
      type: 'string',
      requiresArg: true,
    });

type WorkerArguments = Awaited<ReturnType<typeof options>['argv']>;

export const workerCommand: MakeCommand = (run) => ({
  command: 'worker',
  describe: 'run a worker: the process that touches vCenter and the cluster',
  builder: (yargs) =>
    options(yargs)
      .example('$0 worker', 'one worker; run as many as you like')
      .example('DROVER_WAIT_SLOTS=500 $0 worker', 'wait for up to 500 disks at once')
      .example(
        '$0 worker --build-id 0.2.0',
        'a version of its own: drover versions set-current gives it new work',
      )
      .epilogue(
        `The cluster is found by KUBECONFIG, or the service account of the worker's Pod.\n\nRead from the environment:\n${listVariables()}`,
      ),
  handler: run<WorkerArguments>(async ({ buildId, deployment }, io) => {
    // Loads the SDK's native core, which no other command needs.
    const { runWorker } = await import('../../workers/main.js');
    await runWorker({
      ...io.env,
      ...(buildId !== undefined && { DROVER_BUILD_ID: buildId }),
      ...(deployment !== undefined && { DROVER_DEPLOYMENT: deployment }),
    });
    return 'ok';
  }),
});

function listVariables(): string {
  return variables()
    .map(
      ({ name, fallback, meaning }) =>
        `  ${name}${fallback === null ? '' : `=${fallback}`}\n      ${meaning}.`,
    )
    .join('\n');
}
