/**
 * Writes a Pod's status to the API server: one request at a time, always with the latest status. It repeats a request
 * that failed until the API server has the status or the Pod is gone.
 * The steps of a Pod's start follow each other quickly, so one request reports several of them. (A kubelet, too, looks
 * at its containers only once a second.) Trouble, and every later change, is written at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { V1ContainerStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { ApiError, type Cluster } from '../standins/cluster';
import { PODS } from '../standins/resources';
import { shortMessage } from './api';
import { pause } from './pause';

/** Pause before a failed request is sent again. */
const RETRY_MS = 500;

/** How long the report of a step of the start waits for the next step, so that one request carries both. */
const TOGETHER_MS = 3_000;

/** Reasons for waiting that a healthy start passes through. */
const GOES_WELL = new Set(['PodInitializing', 'ContainerCreating']);

export class StatusWriter {
  private readonly cluster: Cluster;
  private readonly identity: { namespace: string; name: string; uid: string };
  private readonly log: (line: string) => void;
  private next: V1PodStatus | null = null;
  /** The status that the API server accepted last. */
  private written: V1PodStatus | null = null;
  /** Its signal ends the wait for further steps. */
  private hurry = new AbortController();
  private flushing = false;
  private writing: Promise<void> = Promise.resolve();
  private busy = false;
  private stopped = false;

  constructor(cluster: Cluster, pod: V1Pod, log: (line: string) => void) {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    this.cluster = cluster;
    this.identity = { namespace, name, uid };
    this.log = log;
  }

  write(status: V1PodStatus): void {
    this.next = status;
    if (!isStepOfStart(status)) {
      this.hurry.abort();
    }
    if (!this.busy && !this.stopped) {
      this.busy = true;
      this.writing = this.drain();
    }
  }

  /** Resolves when the API server has the latest status, or the Pod is gone. */
  flushed(): Promise<void> {
    this.flushing = true;
    this.hurry.abort();
    return this.writing;
  }

  /** The Pod is gone or the node ends: nothing more is written. */
  stop(): void {
    this.stopped = true;
    this.hurry.abort();
  }

  private async drain(): Promise<void> {
    while (this.next !== null && !this.stopped) {
      await this.gather();
      const status = this.next;
      this.next = null;
      await this.send(status);
    }
    this.busy = false;
  }

  private async gather(): Promise<void> {
    if (!this.flushing) {
      await pause(TOGETHER_MS, this.hurry.signal);
    }
    this.hurry = new AbortController();
  }

  private async send(status: V1PodStatus): Promise<void> {
    if (this.stopped || isDeepStrictEqual(status, this.written)) {
      return;
    }
    const { namespace, name, uid } = this.identity;
    try {
      // With its uid, so that a later Pod of the same name never gets this one's status.
      const change = { metadata: { uid }, status };
      await this.cluster.strategicPatch(PODS, { namespace, name }, change, '/status');
      this.written = status;
    } catch (error) {
      const code = error instanceof ApiError ? error.status : null;
      if (code === 404 || code === 409) {
        this.stopped = true;
        return;
      }
      this.log(`status of ${namespace}/${name} not written: ${shortMessage(error)}`);
      this.next ??= status;
      await delay(RETRY_MS);
    }
  }
}

function isStepOfStart({ phase, initContainerStatuses = [], containerStatuses = [] }: V1PodStatus): boolean {
  return phase === 'Pending' && [...initContainerStatuses, ...containerStatuses].every(goesWell);
}

function goesWell({ state }: V1ContainerStatus): boolean {
  const waitingFor = state?.waiting?.reason;
  return (waitingFor === undefined || GOES_WELL.has(waitingFor)) && !state?.terminated?.exitCode;
}
