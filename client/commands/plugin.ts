import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import type { OpenSite, PluginReport, Point } from '../../kit';
import { FILE, countOption, outputOption } from '../arguments';
import { type MakeCommand, type Run, UsageError } from '../command';
import { DroverError, failureOf, invalidInput } from '../errors';
import { loadManifests } from '../manifest-files';
import { renderOutput } from '../render/output';
import { renderTable } from '../render/table';
import { RESERVED_PLUGIN_VARS } from '../../plan/plugin-contract';
import { readSource } from '../../plan/read-source';
import { say } from '../say';

const ON_A_CLUSTER = 'On a cluster (with --kubeconfig):';
const IN_THE_LAB = 'In the lab:';

const sum256 = (name: string) => (sum: string) => {
  if (/^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  throw new UsageError(`--${name} is 64 hexadecimal digits`);
};

const options = (yargs: Argv) =>
  outputOption(yargs)
    .positional('image', {
      describe: 'its reference; in the lab also an OCI layout or an archive',
      type: 'string',
      demandOption: true,
    })
    .option('var', {
      describe: "KEY=VALUE, as in a map's vars; may be repeated",
      type: 'string',
      array: true,
      nargs: 1,
    })
    .option('point', {
      describe: 'test this point of the contract alone; may be repeated',
      type: 'string',
      array: true,
      nargs: 1,
    })
    .option('supports', {
      describe: "what the plugin claims, as in a map's supports; may be repeated",
      choices: ['snapshots'] as const,
      array: true,
      nargs: 1,
    })
    .option('vm', { describe: 'VM to copy a disk of: it must be off, and is only read', type: 'string' })
    .option('disk', {
      describe: "index among the VM's disks",
      ...countOption('disk', { least: 0, most: 9_999 }),
      default: 0,
    })
    .option('odd-disk', {
      describe: 'index of a disk above 64 MiB that is no multiple of 1 MiB',
      ...countOption('odd-disk', { least: 0, most: 9_999 }),
    })
    .option('chain-disk', {
      describe: 'index of a disk with snapshots, for a plugin that supports them',
      ...countOption('chain-disk', { least: 0, most: 9_999 }),
    })
    .option('chain-sha256', {
      describe: 'of that disk, as the VM sees it: vCenter does not let a chain be read',
      type: 'string',
      coerce: sum256('chain-sha256'),
    })
    .option('dir', { describe: 'folder of a running lab; else one is started', type: 'string' })
    .option('kubeconfig', { describe: 'cluster to test on, instead of the lab', type: 'string' })
    .option('file', { ...FILE, describe: 'manifest of the vSphere Provider; may be repeated' })
    .option('namespace', {
      alias: 'n',
      describe: 'where volumes and Jobs are made, and removed',
      type: 'string',
    })
    .option('storage-class', { describe: 'class of the volumes', type: 'string' })
    .option('volume-mode', { choices: ['Block', 'Filesystem'] as const, default: 'Block' as const })
    .option('access-mode', {
      choices: ['ReadWriteOnce', 'ReadWriteMany'] as const,
      default: 'ReadWriteOnce' as const,
    })
    .option('secret', { describe: "Secret of the namespace, as in a map's secret", type: 'string' })
    .option('image-pull-secret', { describe: "as in a map's imagePullSecret", type: 'string' })
    .option('attach-target', {
      describe: "as in a map's attachTarget; --no-attach-target if the array writes beneath the volume",
      type: 'boolean',
      default: true,
    })
    .option('sha256', {
      describe: 'of the disk, where vCenter does not let its files be read',
      type: 'string',
      coerce: sum256('sha256'),
    })
    .option('reader-image', {
      describe: 'image with sh, head and sha256sum: reads the volumes',
      type: 'string',
      default: 'docker.io/library/debian:12-slim',
    })
    .group(['dir'], IN_THE_LAB)
    .group(
      [
        'kubeconfig',
        'file',
        'namespace',
        'storage-class',
        'volume-mode',
        'access-mode',
        'secret',
        'image-pull-secret',
        'attach-target',
        'odd-disk',
        'chain-disk',
        'chain-sha256',
        'sha256',
        'reader-image',
      ],
      ON_A_CLUSTER,
    )
    .example(
      '$0 plugin test registry.example.com/vendor/offload:1',
      'in a lab on this machine, with its array',
    )
    .example(
      '$0 plugin test IMAGE --kubeconfig ~/.kube/config -f provider.yaml --vm scratch01 -n test --storage-class vendor-block --var ARRAY=a7',
      'on your own cluster, with your own array',
    );

type TestArguments = Awaited<ReturnType<typeof options>['argv']>;

export const pluginCommand: MakeCommand = (run) => ({
  command: 'plugin [command]',
  describe: 'for storage vendors: test whether an offload plugin keeps the contract',
  builder: (yargs) =>
    yargs
      .command({
        command: 'test <image>',
        describe: 'run an image as a migration would, disturb it, and report point by point',
        builder: options,
        handler: test(run),
      })
      .demandCommand(1, 'name one of: test')
      .strict(),
  handler: () => undefined,
});

const test = (run: Run) =>
  run<TestArguments>(async (args, io) => {
    const open = opener(args);
    // Loads clients of vCenter and Kubernetes, which no other command needs.
    const { testPlugin, POINTS } = await import('../../kit/index.js');
    const points = knownPoints(args.point, Object.keys(POINTS) as Point[]);
    const interrupt = new AbortController();
    const ignore = io.onInterrupt(() => interrupt.abort());
    try {
      const { signal } = interrupt;
      const { site, close } = await open({ signal, log: (line) => say(io.stderr, line) });
      const report = await testPlugin(site, points).finally(close);
      io.stdout.write(renderOutput(args.output, report, describe));
      return report.kept ? 'ok' : 'contractBroken';
    } catch (error) {
      if (interrupt.signal.aborted) return 'interrupted';
      throw asRefusal(error);
    } finally {
      ignore();
    }
  });

const REFUSALS = ['SiteError', 'LabRefusal'];

/** The reason why the test can't run, as an error of ours. */
function asRefusal(error: unknown): unknown {
  const failure = failureOf(error);
  if (failure !== null) return new DroverError('Refused', `${failure.message}; ${failure.remedy}`);
  if (error instanceof Error && REFUSALS.includes(error.name))
    return new DroverError('Refused', error.message);
  return error;
}

type Opener = (caller: { signal: AbortSignal; log: (line: string) => void }) => Promise<OpenSite>;

/** Checks the arguments before the test loads or starts anything. */
function opener(args: TestArguments): Opener {
  const vars = variables(args.var);
  if (args.kubeconfig !== undefined) return onCluster({ ...args, vars, kubeconfig: args.kubeconfig });
  const { image, dir, vm, disk } = args;
  const snapshots = args.supports?.includes('snapshots') ?? false;
  return async (caller) => {
    const { openLabSite } = await import('../../lab/plugin-site.js');
    return openLabSite({ image, dir, vm, disk, snapshots, vars, ...caller });
  };
}

type ClusterArguments = TestArguments & { kubeconfig: string; vars: Record<string, string> };

function onCluster(args: ClusterArguments): Opener {
  const { image, vm, disk, namespace, storageClass, volumeMode, accessMode, secret, file = [] } = args;
  if (vm === undefined || namespace === undefined || storageClass === undefined || file.length === 0) {
    throw new UsageError('with --kubeconfig give --file, --vm, --namespace and --storage-class');
  }
  if ((args.chainDisk !== undefined) !== (args.supports?.includes('snapshots') ?? false))
    throw new UsageError('with --kubeconfig give --supports snapshots and --chain-disk together, or neither');
  if (existsSync(image))
    throw new UsageError(`a cluster pulls from a registry: push ${image} to one, and name it`);
  return async ({ signal }) => {
    const { manifests, locate } = await loadManifests(file);
    const { source, problems } = readSource(manifests);
    if (source === null) throw invalidInput(problems.map(locate));
    const chain =
      args.chainDisk === undefined
        ? undefined
        : { ref: source, vm, disk: args.chainDisk, sha256: args.chainSha256, chain: true };
    const { openClusterSite } = await import('../../kit/index.js');
    return openClusterSite({
      kubeconfig: args.kubeconfig,
      namespace,
      signal,
      storage: { storageClass, volumeMode, accessMode },
      source: { ref: source, vm, disk, sha256: args.sha256 },
      odd: args.oddDisk === undefined ? undefined : { ref: source, vm, disk: args.oddDisk },
      chain,
      plugin: {
        image,
        vars: args.vars,
        secret,
        imagePullSecret: args.imagePullSecret,
        attachTarget: args.attachTarget,
      },
      readerImage: args.readerImage,
    });
  };
}

/** All, where none is named. */
function knownPoints(named: readonly string[] | undefined, known: readonly Point[]): readonly Point[] {
  const unknown = named?.find((name) => !known.includes(name as Point));
  if (unknown !== undefined)
    throw new UsageError(`--point ${unknown}: there is no such point; the points are ${known.join(', ')}`);
  return named === undefined ? known : known.filter((point) => named.includes(point));
}

function variables(given: readonly string[] = []): Record<string, string> {
  const reserved: readonly string[] = RESERVED_PLUGIN_VARS;
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new UsageError(`--var ${text} is not KEY=VALUE`);
      if (reserved.includes(name))
        throw new UsageError(`--var ${name}: Drover sets this variable for every plugin; use another name`);
      return [name, value];
    }),
  );
}

function describe({ points }: PluginReport): string {
  return renderTable(
    ['POINT', 'VERDICT', 'PROMISE', 'FOUND'],
    points.map(({ point, verdict, promise, found }) => [point, verdict, promise, found]),
  );
}
