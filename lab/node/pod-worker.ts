/** The life of one Pod on this node: volumes, init containers, containers, its end, and its removal. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Container, V1ContainerStatus, V1Pod, V1PodCondition } from '@kubernetes/client-node';
import type { Cluster } from '../standins/cluster';
import { type NodeApi, shortMessage } from './api';
import { containerJournal, podLogFolder } from './container-log';
import { ContainerLogs, keepRunning, type RestartPolicy } from './container-loop';
import { ContainerRecord } from './container-record';
import { PodEvents } from './events';
import { finalisePod } from './finalise-pod';
import { type FormerRuns, runKey } from './former-runs';
import type { ImageStore } from './image-store';
import type { NodeOptions, NodeTiming } from './options';
import { podStatus, type PodView } from './pod-status';
import { PodProcesses } from './processes';
import { StatusWriter } from './status-writer';
import type { KnownStorage } from './volumes/known-storage';
import { mountWhenPossible } from './volumes/mount-when-possible';
import type { ResolvedVolume } from './volumes';

export interface NodeContext extends Omit<NodeOptions, 'timing'> {
  api: NodeApi;
  /** A second client of this API server, in plain JSON: for the most frequent requests. */
  cluster: Cluster;
  storage: KnownStorage;
  images: ImageStore;
  timing: NodeTiming;
  /** What containers did before this node was started, by {@link runKey}. */
  former: ReadonlyMap<string, FormerRuns>;
}

/** Why a Pod ends before its containers do. */
type Ending = 'deleted' | 'deadline' | 'gone' | 'nodeStops';

/** The kubelet's words (kubernetes 1.34.4, pkg/kubelet/status/status_manager.go). */
const LOST = 'The container could not be located when the pod was terminated';

export class PodWorker {
  readonly logs: ContainerLogs;
  readonly init: ContainerRecord[];
  readonly containers: ContainerRecord[];
  private pod: V1Pod;
  private ending: Ending | null = null;
  private conditions: V1PodCondition[];
  private readonly context: NodeContext;
  private readonly podDir: string;
  private readonly logDir: string;
  private readonly startTime: Date;
  private readonly status: StatusWriter;
  private readonly events: PodEvents;
  private readonly processes = new PodProcesses();
  /** Aborted once no container of the Pod may start any more. */
  private readonly end = new AbortController();
  /** Aborted once the Pod's object is being deleted, is gone, or this process gives the Pod up. */
  private readonly leave = new AbortController();
  private readonly done: Promise<void>;

  constructor(context: NodeContext, pod: V1Pod) {
    const uid = pod.metadata?.uid ?? '';
    this.context = context;
    this.pod = pod;
    this.podDir = join(context.dir, 'pods', uid);
    this.logDir = podLogFolder(context.dir, uid);
    this.startTime = new Date(pod.status?.startTime ?? Date.now());
    this.conditions = pod.status?.conditions ?? [];
    this.status = new StatusWriter(context.cluster, pod, context.log);
    this.events = new PodEvents(context.api, pod, context.log);
    this.logs = new ContainerLogs(this.logDir);
    const init = pod.spec?.initContainers ?? [];
    const waitingFor = init.length > 0 ? 'PodInitializing' : 'ContainerCreating';
    const { initContainerStatuses, containerStatuses } = pod.status ?? {};
    this.init = this.records(init, 'PodInitializing', initContainerStatuses);
    this.containers = this.records(pod.spec?.containers ?? [], waitingFor, containerStatuses);
    this.update(pod);
    this.done = this.run().catch((error: unknown) => {
      context.log(`pod ${this.title}: ${shortMessage(error)}`);
    });
  }

  /** Takes the Pod's object as the API server has it now. */
  update(pod: V1Pod): void {
    this.pod = pod;
    if (pod.metadata?.deletionTimestamp) {
      this.stop('deleted', (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
      this.leave.abort();
    }
  }

  /** Ends the containers of a Pod whose object is gone. Resolves when no process and no file of the Pod is left. */
  async removed(): Promise<void> {
    // One second, as the kubelet gives a Pod that was removed by force (kubernetes 1.34.4, pkg/kubelet/pod_workers.go).
    await this.forget('gone', 1_000);
    await rm(this.logDir, { recursive: true, force: true });
  }

  /** The node ends: kills the Pod's containers and leaves its status as it is. */
  async abandon(): Promise<void> {
    await this.forget('nodeStops', 0);
  }

  private async forget(ending: Ending, graceMs: number): Promise<void> {
    this.ending = ending;
    this.status.stop();
    this.stop(ending, graceMs);
    this.leave.abort();
    await this.done;
  }

  private get title(): string {
    return `${this.pod.metadata?.namespace}/${this.pod.metadata?.name}`;
  }

  private stop(ending: Ending, graceMs: number): void {
    this.ending ??= ending;
    this.processes.end(graceMs);
    this.end.abort();
  }

  private async run(): Promise<void> {
    const phase = this.pod.status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') {
      await this.live();
    }
    if (!this.leave.signal.aborted) {
      await once(this.leave.signal, 'abort');
    }
    await finalisePod(
      this.context.api,
      this.pod,
      () => this.ending !== 'gone' && this.ending !== 'nodeStops',
    );
  }

  private async live(): Promise<void> {
    const deadline = this.startDeadline();
    this.publish();
    const volumes = await this.mountWhenPossible();
    if (volumes && (await this.initialise(volumes))) {
      const containers = this.pod.spec?.containers ?? [];
      const policy = (this.pod.spec?.restartPolicy ?? 'Always') as RestartPolicy;
      await Promise.all(
        containers.map((container, at) => this.keep(container, this.containers[at]!, volumes, policy)),
      );
    }
    clearTimeout(deadline);
    this.processes.close();
    if (this.end.signal.aborted) {
      [...this.init, ...this.containers].filter((r) => !r.terminated).forEach((r) => r.lost(LOST));
    }
    this.publish();
    await this.status.flushed();
    await rm(this.podDir, { recursive: true, force: true });
  }

  private startDeadline(): NodeJS.Timeout | undefined {
    const seconds = this.pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) {
      return undefined;
    }
    const left = this.startTime.getTime() + seconds * 1000 - Date.now();
    const grace = (this.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
    return setTimeout(() => this.stop('deadline', grace), Math.max(0, left));
  }

  private mountWhenPossible(): Promise<Map<string, ResolvedVolume> | null> {
    const { api, storage, volumesDir, timing } = this.context;
    const request = { api, storage, volumesDir, pod: this.pod, podDir: this.podDir };
    return mountWhenPossible(request, { timing, events: this.events, signal: this.end.signal });
  }

  /** Runs the init containers in order. False where one failed for good, or where the Pod ends. */
  private async initialise(volumes: Map<string, ResolvedVolume>): Promise<boolean> {
    const policy = this.pod.spec?.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
    for (const [at, container] of (this.pod.spec?.initContainers ?? []).entries()) {
      const record = this.init[at]!;
      await this.keep(container, record, volumes, policy);
      if (record.terminated?.exitCode !== 0) {
        return false;
      }
    }
    return !this.end.signal.aborted;
  }

  private keep(
    container: V1Container,
    record: ContainerRecord,
    volumes: Map<string, ResolvedVolume>,
    policy: RestartPolicy,
  ): Promise<void> {
    const { api, images, timing, hollow = {} } = this.context;
    return keepRunning({
      place: { api, pod: this.pod, container, podDir: this.podDir, volumes },
      record,
      journal: containerJournal(this.context.dir),
      policy,
      images,
      hollow,
      timing,
      logs: this.logs,
      events: this.events,
      processes: this.processes,
      signal: this.end.signal,
      changed: () => this.publish(),
    });
  }

  private records(
    containers: V1Container[],
    waitingFor: string,
    known: V1ContainerStatus[] = [],
  ): ContainerRecord[] {
    return containers.map(({ name, image = '' }) => {
      const record = new ContainerRecord(name, image, waitingFor);
      const status = known.find((other) => other.name === name);
      record.resume(status, this.context.former.get(runKey(this.pod.metadata?.uid ?? '', name)));
      return record;
    });
  }

  private publish(): void {
    const view: PodView = {
      pod: this.pod,
      init: this.init,
      containers: this.containers,
      startTime: this.startTime,
      ending: this.endingView(),
    };
    const status = podStatus(view, this.conditions);
    this.conditions = status.conditions ?? [];
    this.status.write(status);
  }

  private endingView(): PodView['ending'] {
    if (this.ending !== 'deadline') {
      return this.ending && { failed: false };
    }
    // kubernetes 1.34.4, pkg/kubelet/active_deadline.go
    const message = 'Pod was active on the node longer than the specified deadline';
    return { reason: 'DeadlineExceeded', message, failed: true };
  }
}
