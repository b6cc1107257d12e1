/** `drover lab up|down|status`: the outside world on this machine, to try Drover and to test it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { stopLab } from './down';
import { REAL_NODE_STORAGE_MAP, STORAGE_MAP } from './example-manifests';
import { defaultLabDir } from './layout';
import { LabRefusal } from './refusal';
import { labStatus, type LabStatus } from './status';
import { startLab } from './up';
import { labImage } from './lab-images';
import { pushToLab } from './push-to-lab';

interface LabArguments {
  dir: string;
  output: 'table' | 'json';
}

interface UpArguments extends LabArguments {
  guest: boolean;
  'real-node': boolean;
}

interface PushArguments extends LabArguments {
  layout: string;
  name: string;
}

type Handler<Arguments = LabArguments> = (args: ArgumentsCamelCase<Arguments>) => Promise<void>;

export const labCommand: CommandModule = {
  command: 'lab <command>',
  describe: 'a vCenter, a cluster and a Temporal server on this machine, to try Drover',
  builder: (yargs: Argv) =>
    withOptions(yargs)
      .command({ ...subcommand('up', 'start the lab and leave it running', up), builder: upOptions })
      .command({
        ...subcommand('down', 'stop the lab; its files stay until the next start', down),
        builder: (lab: Argv<LabArguments>) => lab.example('$0 lab down', 'stop what `lab up` has started'),
      })
      .command({
        ...subcommand('status', 'show what runs, and where', status),
        builder: (lab: Argv<LabArguments>) =>
          lab.example('$0 lab status --output json', 'addresses and files, for a script'),
      })
      .command({
        ...subcommand('push <layout> <name>', "put an image into the lab's registry", push),
        builder: pushOptions,
      })
      .demandCommand(1, 'name one of: up, down, status, push')
      .strict(),
  handler: () => undefined,
};

function withOptions(yargs: Argv): Argv<LabArguments> {
  return yargs
    .option('dir', {
      describe: 'folder of the lab',
      type: 'string',
      default: defaultLabDir(),
      coerce: (dir: string) => resolve(dir),
    })
    .option('output', { alias: 'o', choices: ['table', 'json'] as const, default: 'table' as const });
}

function upOptions(yargs: Argv<LabArguments>): Argv<UpArguments> {
  return yargs
    .option('guest', {
      describe: 'add a VM that really boots (takes some Debian packages, and minutes at the first time)',
      type: 'boolean',
      default: false,
    })
    .option('real-node', {
      describe: 'add a node with a real kubelet and containerd (needs root, and some Debian packages)',
      type: 'boolean',
      default: false,
    })
    .example('$0 lab up', 'a vCenter, a cluster and Temporal; prints their addresses')
    .example('$0 lab up --dir /tmp/other', 'a second lab, beside the first');
}

function pushOptions(yargs: Argv<LabArguments>): Argv<PushArguments> {
  return yargs
    .positional('layout', {
      describe: 'folder in the OCI layout, or a tar archive of one or by `docker save`',
      type: 'string',
      demandOption: true,
      coerce: (layout: string) => resolve(layout),
    })
    .positional('name', {
      describe: 'repository, with a tag if it is not to be 1',
      type: 'string',
      demandOption: true,
    })
    .example(
      '$0 lab push ./offload.tar vendor/offload',
      'prints the reference for a map and for plugin test',
    );
}

const up: Handler<UpArguments> = async ({ dir, guest, realNode, output }) => {
  // The lab's processes don't hear a Ctrl-C of this terminal: that is what lets them live on afterwards.
  process.once('SIGINT', () => void stopLab(dir).finally(() => process.exit(130)));
  // Progress is for people: what a script reads from stdout is the result alone.
  await startLab({ dir, guests: guest, realNode, log: (line) => console.error(line) });
  print(labStatus(dir), output);
};

const down: Handler = async ({ dir, output }) => {
  const stopped = await stopLab(dir);
  if (output === 'json') {
    console.log(JSON.stringify({ dir, stopped: stopped.map(({ name, pid }) => ({ name, pid })) }, null, 2));
  } else if (stopped.length === 0) {
    console.log(`no lab is running in ${dir}`);
  } else {
    console.log(`stopped ${stopped.map(({ name }) => name).join(', ')}; the files stay in ${dir}`);
  }
};

const push: Handler<PushArguments> = async ({ dir, layout, name, output }) => {
  const image = await pushToLab(dir, layout, name);
  console.log(output === 'json' ? JSON.stringify(image, null, 2) : image.reference);
};

const status: Handler = ({ dir, output }) => {
  const found = labStatus(dir);
  print(found, output);
  process.exitCode = found.state === 'running' ? 0 : 1;
  return Promise.resolve();
};

/** An error here is one line for a person, never a stack trace. */
function subcommand<Arguments extends LabArguments>(
  command: string,
  describe: string,
  run: Handler<Arguments>,
): CommandModule<LabArguments, Arguments> {
  const handler: Handler<Arguments> = async (args) => {
    try {
      await run(args);
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = error instanceof LabRefusal ? error.exitCode : 1;
    }
  };
  return { command, describe, handler };
}

function print(status: LabStatus, output: LabArguments['output']): void {
  console.log(output === 'json' ? JSON.stringify(status, null, 2) : describe(status).join('\n'));
}

function describe({ dir, state, processes, access }: LabStatus): string[] {
  const parts = processes.map(({ name, pid, running }) => `  ${name.padEnd(26)}${running ? pid : 'ended'}`);
  const lines = [`lab in ${dir}: ${state}`, ...parts];
  if (state === 'stopped' || access === undefined) {
    return lines;
  }
  return [
    ...lines,
    `  ${'vCenter'.padEnd(26)}${access.vcenter}`,
    `  ${'registry'.padEnd(26)}${access.registry}`,
    `  ${'example manifests'.padEnd(26)}${access.manifestsDir}`,
    '',
    `export KUBECONFIG=${access.kubeconfig}`,
    `export TEMPORAL_ADDRESS=${access.temporal}`,
    `export TEMPORAL_NAMESPACE=${access.temporalNamespace}`,
    '',
    'to migrate the example, with a worker that has the shipped rights and no more:',
    `  KUBECONFIG=${access.workerKubeconfig} DROVER_BINDER_IMAGE=${labImage(access.registry, 'pause')} \\`,
    `    DROVER_PLAIN_HTTP_REGISTRIES=${access.registry} npx drover worker &`,
    `  npx drover migrate --watch --file=${access.manifestsDir}/{providers,storagemap,networkmap,plan}.yaml`,
    ...ontoRealNode(access.manifestsDir),
  ];
}

function ontoRealNode(manifestsDir: string): string[] {
  const hasNode = existsSync(join(manifestsDir, REAL_NODE_STORAGE_MAP));
  return hasNode ? [`onto the real node: with ${REAL_NODE_STORAGE_MAP} in the place of ${STORAGE_MAP}`] : [];
}
