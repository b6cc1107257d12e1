/** One container from its first preparation to the end of its last run, by its Pod's restart policy. */
import { note } from '../journal';
import { BackOff } from './back-off';
import { ContainerLog, runLogFile } from './container-log';
import {
  concludeContainer,
  type ContainerPlace,
  prepareContainer,
  type PreparedContainer,
  runContainer,
} from './container-runner';
import type { ContainerRecord } from './container-record';
import { ConfigError } from './environment';
import type { PodEvents } from './events';
import { type HollowImages, hollowRun } from './hollow';
import { ImageError, type ImageStore, type PullPolicy } from './image-store';
import type { Image } from './images';
import type { NodeTiming } from './options';
import { pause } from './pause';
import type { PodProcesses } from './processes';
import { pullLogins } from './pull-secrets';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface ContainerLoop {
  place: ContainerPlace;
  record: ContainerRecord;
  /** Where each run of a container is recorded. */
  journal: string;
  policy: RestartPolicy;
  images: ImageStore;
  hollow: HollowImages;
  timing: NodeTiming;
  logs: ContainerLogs;
  events: PodEvents;
  processes: PodProcesses;
  /** The Pod ends: nothing more is started. */
  signal: AbortSignal;
  /** The record has changed. */
  changed: () => void;
}

/**
 * Milliseconds. After a run that lasted longer, the pauses between restarts start at the first one again.
 * Source: `hasExpired`, twice the longest pause of 300 s (client-go 0.34.4, util/flowcontrol/backoff.go).
 */
const STABLE_MS = 600_000;

/** Returns when the container will not run again. */
export async function keepRunning(loop: ContainerLoop): Promise<void> {
  const backOff = new BackOff(loop.timing.crashBackOffMs, loop.timing.crashBackOffMaxMs);
  let first = true;
  while (!loop.signal.aborted) {
    const ended = loop.record.terminated;
    if (ended && !restarts(loop.policy, ended.exitCode)) {
      return;
    }
    // The first restart has no pause: `doBackOff` (kubernetes 1.34.4, pkg/kubelet/kuberuntime/kuberuntime_manager.go).
    if (ended && !first && !(await crashPause(loop, backOff.next()))) {
      return;
    }
    const prepared = await prepareWhenPossible(loop);
    if (prepared === null || loop.signal.aborted) {
      return;
    }
    if (ended) {
      first = false;
      loop.record.restarted();
    }
    if ((await runOnce(loop, prepared)) > STABLE_MS) {
      backOff.reset();
    }
  }
}

function restarts(policy: RestartPolicy, exitCode: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

async function crashPause({ record, events, signal, changed, place }: ContainerLoop, ms: number) {
  const message = `back-off ${ms / 1000}s restarting failed container=${record.name}`;
  record.waiting('CrashLoopBackOff', `${message} pod=${place.pod.metadata?.name}`);
  events.warn('BackOff', `Back-off restarting failed container ${record.name}`);
  changed();
  return pause(ms, signal);
}

/** Tries until the container has its image and its configuration; null where the Pod ends before. */
async function prepareWhenPossible(loop: ContainerLoop): Promise<PreparedContainer | null> {
  const { record, events, timing, signal, changed } = loop;
  const image = await pullWhenPossible(loop);
  while (image !== null && !signal.aborted) {
    try {
      return await prepareContainer(loop.place, image);
    } catch (error) {
      const config = error instanceof ConfigError;
      const message = error instanceof Error ? error.message : String(error);
      record.waiting(config ? 'CreateContainerConfigError' : 'CreateContainerError', message);
      events.warn('Failed', `Error: ${message}`);
      changed();
    }
    await pause(timing.configRetryMs * (1 + Math.random() / 2), signal);
  }
  return null;
}

async function pullWhenPossible(loop: ContainerLoop): Promise<Image | null> {
  const { record, events, timing, signal, changed } = loop;
  const backOff = new BackOff(timing.crashBackOffMs, timing.crashBackOffMaxMs);
  while (!signal.aborted) {
    try {
      return await provideImage(loop);
    } catch (error) {
      const { reason, message } = asImageError(error);
      record.waiting(reason, message);
      report(events, record.image, { reason, message });
      changed();
      const ms = backOff.next();
      // The status shows the failed pull for half of the pause, then the waiting for the next one.
      if ((await pause(ms / 2, signal)) && reason === 'ErrImagePull') {
        const backingOff = `Back-off pulling image "${record.image}"`;
        record.waiting('ImagePullBackOff', `${backingOff}: ${reason}: ${message}`);
        events.warn('BackOff', backingOff);
        changed();
      }
      await pause(ms / 2, signal);
    }
  }
  return null;
}

function provideImage({ images, record, place, events }: ContainerLoop): Promise<Image> {
  const { api, pod, container } = place;
  return images.provide({
    name: record.image,
    policy: (container.imagePullPolicy ?? 'IfNotPresent') as PullPolicy,
    logins: () => pullLogins({ api, pod, events }, record.image),
  });
}

function asImageError(error: unknown): ImageError {
  return error instanceof ImageError
    ? error
    : new ImageError('ErrImagePull', error instanceof Error ? error.message : String(error));
}

/** Posts the events that the kubelet posts for an image that it can't provide, with their reasons and messages. */
function report(
  events: PodEvents,
  image: string,
  { reason, message }: Pick<ImageError, 'reason' | 'message'>,
) {
  switch (reason) {
    case 'ErrImagePull':
      events.warn('Failed', `Failed to pull image "${image}": ${message}`);
      events.warn('Failed', `Error: ${reason}`);
      return;
    case 'ErrImageNeverPull':
      events.warn(reason, message);
      return;
    case 'InvalidImageName':
      events.warn('InspectFailed', message);
      return;
  }
}

/** Milliseconds that the run lasted. */
async function runOnce(loop: ContainerLoop, prepared: PreparedContainer): Promise<number> {
  const { record, processes, changed, place } = loop;
  const startedAt = new Date();
  const log = loop.logs.open(record.name, record.restarts);
  const id = prepared.containerId;
  const { image } = record;
  // Before the program can do anything, and after it can do nothing any more.
  const { name: pod, uid } = place.pod.metadata ?? {};
  note(loop.journal, { id, uid, pod, container: record.name, image });
  const sandbox = runContainer(prepared, log, hollowRun(loop.hollow, record.image, place.container));
  processes.add(sandbox);
  record.running(prepared.containerId, prepared.image.id);
  changed();
  const end = await sandbox.ended;
  log.end();
  const logFile = loop.logs.file(record.name, record.restarts);
  const conclusion = await concludeContainer(prepared, end, { container: place.container, logFile });
  // Of one whose Pod ends, or whose node does, no later node claims to know how it ended.
  note(loop.journal, loop.signal.aborted ? { id, exitCode: conclusion.exitCode } : { id, ...conclusion });
  record.ended({ ...conclusion, startedAt });
  changed();
  return Date.now() - startedAt.getTime();
}

/** The logs of one Pod's containers, a file for each run. */
export class ContainerLogs {
  private readonly directory: string;
  private readonly logs = new Map<string, ContainerLog>();

  constructor(directory: string) {
    this.directory = directory;
  }

  file(container: string, restart: number): string {
    return runLogFile(this.directory, container, restart);
  }

  open(container: string, restart: number): ContainerLog {
    const log = new ContainerLog(this.file(container, restart));
    this.logs.set(container, log);
    return log;
  }

  /** The log of the container's present run, or of its last run where none is running. */
  latest(container: string): ContainerLog | undefined {
    return this.logs.get(container);
  }
}
