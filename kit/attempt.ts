/** One run of the plugin: the Job that a migration would make, seen from outside until its end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PluginRequest } from '../activities/interfaces';
import { endJobs, JOB_NAME_LABEL } from '../activities/kubernetes/pods/job-pods';
import { type ContainerStatus, type Job, JOBS, type Pod, PODS } from '../activities/kubernetes/api/kinds';
import { cutLines } from '../activities/kubernetes/api/lines';
import { PLUGIN_CONTAINER, pluginJob } from '../activities/kubernetes/objects/plugin-job';
import { ownedBy } from '../activities/kubernetes/api/ownership';
import { containerStatuses } from '../activities/kubernetes/pods/pod-containers';
import { whyEnded, whyWaiting } from '../activities/kubernetes/pods/pod-reasons';
import { ensureLogin } from '../activities/kubernetes/copies/source-access';
import { readPluginProgress } from '../plan/plugin-output';
import { waitFor } from '../activities/kubernetes/waiting/wait';
import { type ReadyTrial, scopeOf } from './trial';

export type AttemptEnd =
  | {
      kind: 'ended';
      exitCode: number;
      /** The termination message. */
      message: string;
      /** In the words of an operator's status. */
      why: string;
      /** From SIGTERM on; null where nobody sent it. */
      stopSeconds: number | null;
    }
  | { kind: 'notStarted'; why: string }
  | { kind: 'notEnded'; why: string };

/** What a run showed. */
export interface AttemptRecord {
  end: AttemptEnd;
  /** Everything that it printed. */
  output: string[];
}

export interface AttemptChange {
  /** Runs as this user instead of production's. */
  user?: number;
  /** Copies another disk. */
  source?: string;
}

/** A plugin that prints no progress is in the middle of its work when it has run for so long. */
const SILENT_MS = 3_000;
/** A log's stream ends a moment after its container. */
const LOG_END_MS = 5_000;
/** A kubelet tries these again; whether they ever get better is not the question here. */
const HOPELESS = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|CreateContainer\w*Error)/;

export class Attempt {
  private readonly output: string[] = [];
  private pod: Pod | null = null;
  private following: Promise<void> | null = null;
  private readonly stopFollowing = new AbortController();
  private readonly running = new Event();
  private readonly progressed = new Event();
  private readonly over = new Event();

  private constructor(
    readonly trial: ReadyTrial,
    private readonly job: { name: string; namespace: string },
  ) {}

  static async start(trial: ReadyTrial, attempt: number, change: AttemptChange = {}): Promise<Attempt> {
    const { site, vm, copyId, volume, source } = trial;
    const { api } = site.cluster;
    const { basePath, currentPath } = trial.disk;
    const disk = {
      ...trial.disk,
      basePath: change.source ?? basePath,
      currentPath: change.source ?? currentPath,
    };
    const request: PluginRequest = { vm, disk, attempt, copyId, connection: source.connection };
    await ensureLogin(api, request, source.login);
    const job = forTest(pluginJob({ request, ...site.plugin, volume }), site.limits.grace, change);
    await api.create(JOBS, job);
    const started = new Attempt(trial, { name: job.metadata?.name ?? '', namespace: vm.namespace });
    started.watch();
    return started;
  }

  /** True where the plugin's container has ended. */
  get isOver(): boolean {
    return this.over.has;
  }

  /** Until the plugin is in the middle of its copy, or has ended already. */
  async underway(): Promise<void> {
    const silent = this.running.happened.then(() => delay(SILENT_MS));
    await this.within(this.trial.site.limits.start, [silent, this.progressed.happened, this.over.happened]);
  }

  /** Asks for the end as a migration would: the Job goes, its Pod gets SIGTERM. */
  async stop(): Promise<AttemptRecord> {
    const { site, vm, disk } = this.trial;
    const where = { namespace: vm.namespace, labelSelector: ownedBy(vm, disk) };
    const tooLate = this.over.has;
    await site.cluster.api.deleteAll(JOBS, where, 'Foreground');
    const record = await this.ended(site.limits.grace + site.limits.start);
    const { end } = record;
    return tooLate && end.kind === 'ended' ? { ...record, end: { ...end, stopSeconds: null } } : record;
  }

  /** Ends the process without a word to it. */
  async kill(): Promise<AttemptRecord> {
    const { site } = this.trial;
    if (this.pod !== null) await site.kill(this.pod);
    return this.ended(site.limits.start);
  }

  /** Waits for the end, then removes the Job: its Pod's end is proven. */
  async ended(seconds = this.trial.site.limits.start + this.trial.site.limits.copy): Promise<AttemptRecord> {
    const { site, vm, disk } = this.trial;
    await this.within(seconds, [this.over.happened]);
    const end = this.describe(seconds);
    await Promise.race([this.following, delay(LOG_END_MS)]);
    this.stopFollowing.abort();
    await endJobs(scopeOf(site), { vm, step: 'copy', disk });
    return { end, output: this.output };
  }

  private async within(seconds: number, events: Promise<unknown>[]): Promise<void> {
    const done = new AbortController();
    const signal = AbortSignal.any([this.trial.site.signal, done.signal]);
    try {
      await Promise.race([...events, delay(seconds * 1_000, undefined, { signal })]);
    } finally {
      done.abort();
    }
  }

  /** Until the end, by events: many tests may run side by side. */
  private watch(): void {
    const { site } = this.trial;
    const { limits, signal } = site;
    const deadline = Date.now() + (limits.start + limits.copy + limits.grace) * 1_000;
    const isOurs = (pod: Pod) => pod.metadata?.labels?.[JOB_NAME_LABEL] === this.job.name;
    const where = { kind: PODS, namespace: this.job.namespace };
    site.informers
      .using(site.cluster, where, (pods) =>
        waitFor(pods, isOurs, ([pod]) => (pod !== undefined && this.look(pod) ? true : undefined), {
          deadline,
          signal,
        }),
      )
      // The record holds what was seen until then.
      .catch(() => undefined);
  }

  /** True at the end. */
  private look(pod: Pod): boolean {
    this.pod = pod;
    const state = pluginStatus(pod)?.state;
    if (state?.running !== undefined) this.running.happen();
    if (state?.running !== undefined || state?.terminated !== undefined) this.follow();
    const over = state?.terminated !== undefined || HOPELESS.test(whyWaiting(pod) ?? '');
    if (over) this.over.happen();
    return over;
  }

  private describe(seconds: number): AttemptEnd {
    const { pod } = this;
    if (pod === null) return { kind: 'notStarted', why: 'its Job made no Pod' };
    const state = pluginStatus(pod)?.state;
    if (state?.running !== undefined) return { kind: 'notEnded', why: `it did not end within ${seconds} s` };
    const ended = state?.terminated;
    if (ended === undefined) {
      return { kind: 'notStarted', why: whyWaiting(pod) ?? `its Pod did not start within ${seconds} s` };
    }
    return {
      kind: 'ended',
      exitCode: ended.exitCode,
      message: ended.message ?? '',
      why: whyEnded(pod, PLUGIN_CONTAINER),
      stopSeconds: stopSeconds(pod, ended.finishedAt),
    };
  }

  private follow(): void {
    this.following ??= this.read().catch(() => undefined);
  }

  private async read(): Promise<void> {
    const { api } = this.trial.site.cluster;
    const name = this.pod?.metadata?.name ?? '';
    const log = { name, namespace: this.job.namespace, container: PLUGIN_CONTAINER };
    const query = { tailLines: String(ALL_LINES), follow: 'true' } as const;
    const stream = await api.openLog(log, query, { signal: this.stopFollowing.signal });
    for await (const line of cutLines(stream, LONGEST_LINE)) {
      this.output.push(line);
      if (isUnderway(line)) this.progressed.happen();
    }
  }
}

/** Happens once. */
class Event {
  readonly happened: Promise<void>;
  has = false;
  private tell: () => void = () => undefined;

  constructor() {
    this.happened = new Promise((resolve) => (this.tell = resolve));
  }

  happen(): void {
    this.has = true;
    this.tell();
  }
}

const ALL_LINES = 1_000_000;
const LONGEST_LINE = 1024 * 1024;

function isUnderway(line: string): boolean {
  return (readPluginProgress(parsed(line))?.bytesDone ?? 0) > 0;
}

/** JSON, or undefined. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function pluginStatus(pod: Pod): ContainerStatus | undefined {
  return containerStatuses(pod).find(({ name }) => name === PLUGIN_CONTAINER);
}

/** Production's Job, but for what a test is about. */
function forTest(job: Job, graceSeconds: number, { user }: AttemptChange): Job {
  const pod = job.spec?.template.spec;
  if (pod === undefined) return job;
  pod.terminationGracePeriodSeconds = graceSeconds;
  if (user !== undefined) pod.securityContext = { ...pod.securityContext, runAsUser: user };
  return job;
}

/** The deletion's time is when the grace period ends. */
function stopSeconds({ metadata }: Pod, finishedAt: string | undefined): number | null {
  if (metadata?.deletionTimestamp === undefined || finishedAt === undefined) return null;
  const asked = Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
  return Math.max(0, (Date.parse(finishedAt) - asked) / 1_000);
}
