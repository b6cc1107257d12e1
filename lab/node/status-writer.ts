/** Writes a Pod's status: one request at a time, always the latest, until it is told or the Pod is gone. */
import { setTimeout as delay } from 'node:timers/promises';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { shortMessage, statusOf } from './api';
import type { NodeApi } from './api';

const RETRY_MS = 500;

export class StatusWriter {
  readonly #api: NodeApi;
  readonly #identity: { namespace: string; name: string; uid: string };
  readonly #log: (line: string) => void;
  #next: V1PodStatus | null = null;
  #writing: Promise<void> = Promise.resolve();
  #busy = false;
  #stopped = false;

  constructor(api: NodeApi, pod: V1Pod, log: (line: string) => void) {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    this.#api = api;
    this.#identity = { namespace, name, uid };
    this.#log = log;
  }

  write(status: V1PodStatus): void {
    this.#next = status;
    if (!this.#busy && !this.#stopped) {
      this.#busy = true;
      this.#writing = this.#drain();
    }
  }

  /** Resolves when the API server has the latest status, or the Pod is gone. */
  flushed(): Promise<void> {
    return this.#writing;
  }

  /** The Pod is gone or the node ends: nothing more is written. */
  stop(): void {
    this.#stopped = true;
  }

  async #drain(): Promise<void> {
    while (this.#next !== null && !this.#stopped) {
      const status = this.#next;
      this.#next = null;
      await this.#send(status);
    }
    this.#busy = false;
  }

  async #send(status: V1PodStatus): Promise<void> {
    const { namespace, name, uid } = this.#identity;
    try {
      await this.#api.core.patchNamespacedPodStatus(
        // With its uid, so that a later Pod of the same name never gets this one's status.
        { namespace, name, body: { metadata: { uid }, status } },
        setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
      );
    } catch (error) {
      const code = statusOf(error);
      if (code === 404 || code === 409) {
        this.#stopped = true;
        return;
      }
      this.#log(`status of ${namespace}/${name} not written: ${shortMessage(error)}`);
      this.#next ??= status;
      await delay(RETRY_MS);
    }
  }
}
