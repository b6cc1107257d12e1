/** Prepares and runs one container once: image, environment, identity, mounts, sandbox, termination message. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Container, V1ContainerStateTerminated, V1Pod } from '@kubernetes/client-node';
import type { NodeApi } from './api';
import { type ContainerLog, readLog } from './container-log';
import { expand, resolveEnvironment } from './environment';
import { type HollowRun, startHollow } from './hollow';
import { containerIdentity, type Identity } from './identity';
import { type Image, imageMounts, imageRoot } from './images';
import { containerMounts } from './mounts';
import { type Sandbox, type SandboxEnd, startSandbox } from './sandbox';
import type { SandboxSpec } from './sandbox-args';
import type { ResolvedVolume } from './volumes';
import { giveDevice } from './volumes/device';

export interface ContainerPlace {
  api: NodeApi;
  pod: V1Pod;
  container: V1Container;
  podDir: string;
  volumes: ReadonlyMap<string, ResolvedVolume>;
}

export interface PreparedContainer {
  spec: SandboxSpec;
  image: Image;
  containerId: string;
  /** Holds the files of this run; the node removes it after the run. */
  directory: string;
  terminationLog: string;
}

/** Limits of a termination message, in bytes and lines (kubernetes 1.34.4, pkg/kubelet/container/runtime.go). */
const MESSAGE_LIMIT = 4096;
const FALLBACK_LINES = 80;
const FALLBACK_LIMIT = 2048;
/** For an image that sets none. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @throws ConfigError for what the kubelet calls CreateContainerConfigError. */
export async function prepareContainer(place: ContainerPlace, image: Image): Promise<PreparedContainer> {
  const { pod, container } = place;
  const identity = containerIdentity(pod, container, image);
  const hostname = pod.spec?.hostname ?? pod.metadata?.name ?? '';
  const env = await resolveEnvironment({
    ...place,
    image: { PATH, HOME: '/', HOSTNAME: hostname, ...image.env },
  });
  const volumeMounts = containerMounts({ container, volumes: place.volumes, env });
  giveDevices(place, identity);
  const id = randomUUID();
  const directory = join(place.podDir, 'containers', id);
  const terminationLog = join(directory, 'termination-log');
  mkdirSync(directory, { recursive: true });
  writeFileSync(terminationLog, '');
  chmodSync(terminationLog, 0o666);
  const mounts = [
    ...volumeMounts,
    ...imageMounts(image),
    { source: terminationLog, target: messagePath(container), readOnly: false },
  ];
  const spec: SandboxSpec = {
    ...identity,
    root: imageRoot(image),
    argv: argumentsOf(container, image, env),
    env,
    mounts,
    hostname,
    workingDir: container.workingDir || image.workingDir,
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
  };
  return { spec, image, directory, terminationLog, containerId: `lab://${id}` };
}

function giveDevices({ pod, container, volumes }: ContainerPlace, identity: Identity): void {
  for (const { name } of container.volumeDevices ?? []) {
    const { path, owner } = volumes.get(name) ?? {};
    if (path !== undefined && owner !== undefined) giveDevice(pod, { path, owner }, identity);
  }
}

/** @param hollow where given, takes the place of the image's own program */
export function runContainer(prepared: PreparedContainer, log: ContainerLog, hollow?: HollowRun): Sandbox {
  if (hollow !== undefined) return startHollow(hollow, prepared.terminationLog);
  return startSandbox(prepared.spec, {
    stdout: (chunk) => log.write('stdout', chunk),
    stderr: (chunk) => log.write('stderr', chunk),
  });
}

/** Says how the run ended, as a ContainerStatus does, and removes the files of the run. */
export async function concludeContainer(
  prepared: PreparedContainer,
  end: SandboxEnd,
  { container, logFile }: { container: V1Container; logFile: string },
): Promise<Pick<V1ContainerStateTerminated, 'exitCode' | 'reason' | 'message'>> {
  const written = readFileSync(prepared.terminationLog, 'utf8').slice(0, MESSAGE_LIMIT);
  await rm(prepared.directory, { recursive: true, force: true });
  if (end.kind === 'notStarted') {
    return { exitCode: 128, reason: 'StartError', message: end.message };
  }
  const { exitCode } = end;
  const fallBack =
    written === '' && exitCode !== 0 && container.terminationMessagePolicy === 'FallbackToLogsOnError';
  const message = fallBack ? lastWords(logFile) : written;
  return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...(message && { message }) };
}

function lastWords(logFile: string): string {
  const lines = readLog(logFile, { timestamps: false, since: null, tailLines: FALLBACK_LINES });
  return lines.join('\n').slice(-FALLBACK_LIMIT);
}

function messagePath(container: V1Container): string {
  return container.terminationMessagePath ?? '/dev/termination-log';
}

/**
 * As in Kubernetes: `command` replaces the image's entrypoint and its arguments, `args` only its arguments.
 * @throws Error where there is nothing to run.
 */
function argumentsOf(container: V1Container, image: Image, env: Record<string, string>): string[] {
  const { command = [], args = [] } = container;
  const inherited = [...image.entrypoint, ...(args.length > 0 ? [] : image.cmd)];
  const argv = [...(command.length > 0 ? command : inherited), ...args];
  if (argv.length === 0) {
    throw new Error('no command specified');
  }
  return argv.map((argument) => expand(argument, env));
}
