/** The kubelet as it runs: it dies and comes back, and its Node is ready, or nobody knows. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
} from '@kubernetes/client-node';
import { REAL_NODE } from '../control-plane-identities';
import { killProcess, type StartedProcess } from '../process';
import { untilReady } from '../ready';

export interface KubeletOnNode {
  cluster: KubeConfig;
  /** Extended resources that the Node offers. */
  resources: Readonly<Record<string, string>>;
  /** Starts its process. */
  start(): Promise<StartedProcess>;
}

/** On a busy machine. */
const READY_MS = 180_000;

export class RunningKubelet {
  private readonly core: CoreV1Api;
  private running: StartedProcess | null = null;

  constructor(private readonly options: KubeletOnNode) {
    this.core = options.cluster.makeApiClient(CoreV1Api);
  }

  /**
   * Resolves when it has said that the Node is ready.
   * @throws Error with the end of its log when it does not
   */
  async start(): Promise<void> {
    const former = await this.lastHeartbeat();
    // The API keeps whole seconds: within the same one nobody could tell the new kubelet's heartbeat from this.
    await delay(Math.max(0, former + 1_000 - Date.now()));
    const process = await this.options.start();
    this.running = process;
    await untilReady(process, () => this.saysReady(former), READY_MS);
    await this.offer();
  }

  /** Pods run on, and nobody says what becomes of them. */
  async kill(): Promise<void> {
    if (this.running === null) return;
    await killProcess(this.running);
    this.running = null;
  }

  /** The kubelet keeps resources that it does not know, until it starts again. */
  private async offer(): Promise<void> {
    const { resources } = this.options;
    const body = { status: { capacity: resources, allocatable: resources } };
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.core.patchNodeStatus({ name: REAL_NODE, body }, merge);
  }

  /** What a kubelet that had its last heartbeat at `former` said stays for a while, and is not this one's. */
  private async saysReady(former: number): Promise<boolean> {
    try {
      const node = await this.core.readNode({ name: REAL_NODE });
      const ready = readyOf(node);
      // The taint of a Node that is not ready goes a moment after.
      return ready?.status === 'True' && heartbeatOf(node) > former && !node.spec?.taints?.length;
    } catch {
      return false;
    }
  }

  /** In milliseconds of the epoch; 0 while there is no Node. */
  private async lastHeartbeat(): Promise<number> {
    const { items } = await this.core.listNode({ fieldSelector: `metadata.name=${REAL_NODE}` });
    return items[0] === undefined ? 0 : heartbeatOf(items[0]);
  }
}

function readyOf({ status }: V1Node) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

function heartbeatOf(node: V1Node): number {
  return readyOf(node)?.lastHeartbeatTime?.getTime() ?? 0;
}
