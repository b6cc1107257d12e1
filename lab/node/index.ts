/** The lab's nodes: one process that stands in for two kubelets and runs each Pod's containers in sandboxes. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { Cluster } from '../standins/cluster';
import { connect, shortMessage } from './api';
import { containerJournal } from './container-log';
import { formerRuns } from './former-runs';
import { ImageStore } from './image-store';
import { serveLogs } from './log-server';
import { DEFAULT_TIMING, type NodeOptions } from './options';
import { watchPods } from './pod-watch';
import { type NodeContext, PodWorker } from './pod-worker';
import { KnownStorage } from './volumes/known-storage';
import { LAB_NODES, LEASE_RENEWAL_MS, registerNode, renewLease } from './registration';

export type { NodeOptions } from './options';

export interface RunningNode {
  /** Kills all containers, as a machine does that loses its power. Leaves all objects in the API server as they are. */
  stop(): Promise<void>;
}

/** Resolves once both nodes are ready and every Pod that is bound to them has its worker. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const api = connect(options.kubeconfig);
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const images = new ImageStore(options);
  const former = formerRuns(containerJournal(options.dir));
  const cluster = new Cluster(options.kubeconfig);
  const storage = new KnownStorage(cluster, options.log);
  await storage.start();
  const pods = new Pods({ ...options, timing, api, cluster, storage, images, former });
  const logs = await serveLogs((namespace, name) => pods.find(namespace, name));
  for (const node of LAB_NODES) {
    await registerNode(api, node, logs.port);
  }
  const names = new Set(LAB_NODES.map(({ name }) => name));
  const watch = await watchPods(cluster, names, pods, options.log);
  pods.removeOrphans();
  const renewal = setInterval(() => {
    for (const name of names) {
      renewLease(api, name).catch((error: unknown) =>
        options.log(`lease of ${name}: ${shortMessage(error)}`),
      );
    }
  }, LEASE_RENEWAL_MS);
  return {
    stop: async () => {
      clearInterval(renewal);
      watch.stop();
      await pods.abandon();
      storage.stop();
      await logs.close();
      api.close();
      cluster.close();
    },
  };
}

/** The workers of all Pods on these nodes, by uid: another Pod may take the name of a former one. */
class Pods {
  private readonly context: NodeContext;
  private readonly workers = new Map<string, PodWorker>();
  private readonly uids = new Map<string, string>();

  constructor(context: NodeContext) {
    this.context = context;
    mkdirSync(this.folder('pods'), { recursive: true, mode: 0o700 });
    mkdirSync(this.folder('logs'), { recursive: true });
  }

  seen(pod: V1Pod): void {
    const { namespace, name, uid = '' } = pod.metadata ?? {};
    const worker = this.workers.get(uid);
    if (worker) {
      worker.update(pod);
      return;
    }
    const former = this.uids.get(`${namespace}/${name}`);
    if (former !== undefined) {
      // The former Pod was removed while the watch was interrupted.
      this.gone({ metadata: { namespace, name, uid: former } });
    }
    this.uids.set(`${namespace}/${name}`, uid);
    this.workers.set(uid, new PodWorker(this.context, pod));
  }

  gone(pod: V1Pod): void {
    const { namespace, name, uid = '' } = pod.metadata ?? {};
    const worker = this.workers.get(uid);
    this.workers.delete(uid);
    if (this.uids.get(`${namespace}/${name}`) === uid) {
      this.uids.delete(`${namespace}/${name}`);
    }
    worker?.removed().catch((error: unknown) => {
      this.context.log(`pod ${namespace}/${name} not cleared away: ${shortMessage(error)}`);
    });
  }

  find(namespace: string, name: string): PodWorker | null {
    const uid = this.uids.get(`${namespace}/${name}`);
    return (uid !== undefined && this.workers.get(uid)) || null;
  }

  /** Removes the files of Pods that were removed while no node ran. */
  removeOrphans(): void {
    for (const kind of ['pods', 'logs'] as const) {
      readdirSync(this.folder(kind))
        .filter((uid) => !this.workers.has(uid))
        .forEach((uid) => rmSync(join(this.folder(kind), uid), { recursive: true, force: true }));
    }
  }

  async abandon(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.abandon()));
  }

  private folder(kind: 'pods' | 'logs'): string {
    return join(this.context.dir, kind);
  }
}
