import { variables } from '../../workers/environment';
import type { MakeCommand } from '../command';

export const workerCommand: MakeCommand = (run) => ({
  command: 'worker',
  describe: 'run a worker: the process that touches vCenter and the cluster',
  builder: (yargs) =>
    yargs
      .example('$0 worker', 'one worker; run as many as you like')
      .example('DROVER_WAIT_SLOTS=500 $0 worker', 'wait for up to 500 disks at once')
      .epilogue(
        `The cluster is found by KUBECONFIG, or the service account of the worker's Pod.\n\nRead from the environment:\n${listVariables()}`,
      ),
  handler: run(async (_args, io) => {
    // Loads the SDK's native core, which no other command needs.
    const { runWorker } = await import('../../workers/main.js');
    await runWorker(io.env);
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
