import type { MakeCommand } from '../command';

export const workerCommand: MakeCommand = (run) => ({
  command: 'worker',
  describe: 'run a worker: the process that touches vCenter and the cluster',
  builder: (yargs) =>
    yargs
      .example('$0 worker', 'one worker; run as many as you like')
      .example('DROVER_WAIT_SLOTS=500 $0 worker', 'wait for up to 500 disks at once')
      .epilogue(
        "The cluster is found by KUBECONFIG or the Pod's service account. Read from the environment: " +
          'DROVER_TASK_QUEUE, DROVER_ACTIVITY_SLOTS, DROVER_WAIT_SLOTS, DROVER_WORKFLOW_SLOTS, DROVER_CACHED_WORKFLOWS, ' +
          'DROVER_WATCH_SECONDS, ' +
          'DROVER_SHUTDOWN_GRACE_SECONDS, DROVER_LOG_LEVEL, DROVER_METRICS, DROVER_HEALTH.',
      ),
  handler: run(async (_args, io) => {
    // Loads the SDK's native core, which no other command needs.
    const { runWorker } = await import('../../workers/main.js');
    await runWorker(io.env);
    return 'ok';
  }),
});
