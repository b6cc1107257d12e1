import type { Argv } from 'yargs';
import type { Report } from '../../doctor';
import { type ImportSource, readImportSource } from '../../doctor/import-source';
import type { SourceRef } from '../../plan/frozen';
import { DEFAULT_CONVERSION_IMAGE } from '../../plan/manifests/drover-settings';
import { isDnsLabel } from '../../plan/names';
import { parseImageReference } from '../../plan/image-reference';
import { readSource } from '../../plan/read-source';
import { variables } from '../../workers/environment';
import { FILE, outputOption } from '../arguments';
import { type Io, type MakeCommand, type Run, UsageError } from '../command';
import { DroverError, invalidInput } from '../errors';
import type { ExitName } from '../exit-codes';
import { loadManifests } from '../manifest-files';
import { renderExamination } from '../render/doctor';
import { renderOutput } from '../render/output';
import { say } from '../say';

/** From the heaviest to the lightest. */
const WEIGHTS = ['critical', 'warning', 'information'] as const;
type Weight = (typeof WEIGHTS)[number];

const options = (yargs: Argv) =>
  outputOption(yargs)
    .option('kubeconfig', {
      describe: 'login of the target cluster',
      type: 'string',
      requiresArg: true,
      demandOption: 'give the login of the target cluster: --kubeconfig FILE',
    })
    .option('file', {
      ...FILE,
      describe: 'manifest of the vSphere Provider: look at its vCenter, too; may be repeated',
    })
    .option('namespace', {
      alias: 'n',
      describe: 'where VMs are to be migrated to',
      type: 'string',
      coerce: (name: string) => label('namespace', name),
    })
    .option('account', {
      describe: 'ServiceAccount of the workers, as NAMESPACE/NAME',
      default: 'drover/drover-worker',
      type: 'string',
      coerce: readAccount,
    })
    .option('cdi-namespace', {
      describe: "CDI's; OpenShift has it in openshift-cnv",
      type: 'string',
      default: fallbackOf('DROVER_CDI_NAMESPACE'),
      coerce: (name: string) => label('cdi-namespace', name),
    })
    .option('binder-image', {
      describe: 'as DROVER_BINDER_IMAGE of the workers; its registry is asked',
      type: 'string',
      coerce: (image: string) => imageOf('binder-image', image),
    })
    .option('conversion-image', {
      describe: "as a plan's spec.drover.conversionImage; its registry is asked, and --try runs it",
      type: 'string',
      coerce: (image: string) => imageOf('conversion-image', image),
    })
    .option('try', {
      describe: 'make volumes and Pods in a namespace of their own, and remove it; takes some minutes',
      type: 'boolean',
      default: false,
    })
    .option('storage-class', {
      describe: 'with --try: class to try; may be repeated; default: the default class, or the first five',
      type: 'string',
      array: true,
      nargs: 1,
    })
    .option('import-from', {
      describe:
        'with --try: image whose disk is at most 900 MiB, which CDI imports: https://… or http://… of a web server, or docker://… of a container disk',
      type: 'string',
      requiresArg: true,
      coerce: readImportFrom,
    })
    .option('reader-image', {
      describe: 'with --try: image with bash and coreutils',
      type: 'string',
      default: 'docker.io/library/debian:12-slim',
      coerce: (image: string) => imageOf('reader-image', image),
    })
    .option('fail-on', {
      describe: 'lightest severity that ends with an exit code other than 0',
      choices: WEIGHTS,
      default: 'critical' as const satisfies Weight as Weight,
    })
    .example('$0 doctor --kubeconfig ~/.kube/config --namespace migrated', 'before the first plan')
    .example(
      '$0 doctor --kubeconfig FILE -n migrated -f provider.yaml --try',
      'with all that only Pods can show',
    )
    .example('$0 doctor --kubeconfig FILE -f provider.yaml -n migrated -o json', 'for a script');

type DoctorArguments = Awaited<ReturnType<typeof options>['argv']>;

export const doctorCommand: MakeCommand = (run) => ({
  command: 'doctor',
  describe:
    'look at what a target cluster and a vCenter have and lack, before the first plan; needs no Temporal',
  builder: options,
  handler: handler(run),
});

const handler = (run: Run) =>
  run<DoctorArguments>(async (args, io) => {
    const source = args.file === undefined ? null : await readProvider(args.file);
    const interrupt = new AbortController();
    const trial = args.try ? trialOf(args, io, interrupt) : null;
    const report = await look(args, source, trial);
    io.stdout.write(renderOutput(args.output, report, renderExamination));
    return interrupt.signal.aborted ? 'interrupted' : exitOf(report, args.failOn);
  });

async function look(
  { account, binderImage, cdiNamespace, conversionImage, kubeconfig, namespace }: DoctorArguments,
  source: SourceRef | null,
  trial: ReturnType<typeof trialOf> | null,
): Promise<Report> {
  // Loads clients of vCenter and Kubernetes, which no other command needs.
  const { examine } = await import('../../doctor/index.js');
  const images = { binder: binderImage ?? null, conversion: conversionImage ?? null };
  const question = { kubeconfig, namespace: namespace ?? null, source, account, cdiNamespace, images, trial };
  const defaults = { binder: fallbackOf('DROVER_BINDER_IMAGE'), conversion: DEFAULT_CONVERSION_IMAGE };
  return examine(question, defaults).catch((error: unknown) => {
    throw asRefusal(error);
  });
}

function trialOf(
  { storageClass = [], importFrom, readerImage }: DoctorArguments,
  io: Io,
  interrupt: AbortController,
) {
  const { stderr } = io;
  // Before it begins there is nothing to remove, and Ctrl-C just ends the process.
  const onBegin = () => {
    const ignore = io.onInterrupt(() => {
      say(stderr, 'removing what was made, which may take some minutes; a second Ctrl-C leaves it');
      interrupt.abort();
    });
    say(stderr, 'trying on the cluster, which takes some minutes; Ctrl-C ends it, and removes what was made');
    return ignore;
  };
  return {
    storageClasses: storageClass,
    importFrom: importFrom ?? null,
    readerImage,
    signal: interrupt.signal,
    onBegin,
  };
}

async function readProvider(file: readonly string[]): Promise<SourceRef> {
  const { manifests, locate } = await loadManifests(file);
  const { source, problems } = readSource(manifests);
  if (source === null) throw invalidInput(problems.map(locate));
  return source;
}

function asRefusal(error: unknown): unknown {
  const isOurs = error instanceof Error && error.name === 'DoctorRefusal';
  return isOurs ? new DroverError('Refused', error.message) : error;
}

function exitOf({ severity }: Report, failOn: Weight): ExitName {
  if (severity === 'critical') return 'badInput';
  return severity !== 'fine' && WEIGHTS.indexOf(severity) <= WEIGHTS.indexOf(failOn) ? 'findings' : 'ok';
}

function readAccount(text: string): { namespace: string; name: string } {
  const [namespace = '', name = '', ...more] = text.split('/');
  if (isDnsLabel(namespace) && isDnsLabel(name) && more.length === 0) return { namespace, name };
  throw new UsageError(`--account is NAMESPACE/NAME, not "${text}"`);
}

function label(option: string, text: string): string {
  if (isDnsLabel(text)) return text;
  throw new UsageError(`--${option} is no name of a namespace: "${text}"`);
}

function imageOf(option: string, text: string): string {
  if (parseImageReference(text) !== null) return text;
  throw new UsageError(`--${option} is no image: "${text}"`);
}

function readImportFrom(text: string): ImportSource {
  const source = readImportSource(text);
  if (source !== null) return source;
  throw new UsageError(
    '--import-from is https://… or http://… of an image, without user, password and query, or docker://… of a container disk',
  );
}

/** What a worker takes where nobody sets the variable. */
function fallbackOf(variable: string): string {
  return variables().find(({ name }) => name === variable)?.fallback ?? '';
}
