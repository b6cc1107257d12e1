/** A lab with two workers, as a storm needs it: every part can be struck, and every way can be cut. */
import { CoreV1Api, type KubeConfig, setHeaderOptions } from '@kubernetes/client-node';
import { loadCluster } from '../apply';
import { PLAN_NAMESPACE, PROVIDER_SECRET } from '../cluster-objects';
import { labLayout, logFolders } from '../layout';
import { isRunning, startedIn } from '../process';
import { type RunningLab, startLab } from '../up';
import type { VcenterSpec } from '../vcenter-spec';
import { ensureClocks } from './clock';
import type { World } from './faults/fault';
import { Link } from './link';
import { Part } from './part';
import { startWorker } from './workers';

const WORKERS = [1, 2];
/** Long enough that a fault meets copies and conversions at work. */
const CONVERT_SECONDS = '4';
const COPY_SECONDS = '5';

export interface OpenWorld extends Omit<World, 'arrayDisks'> {
  /** Where plans find vCenter. */
  vcenterUrl: string;
  /** Names of parts, without workers, that do not run. */
  down(): string[];
  close(): Promise<void>;
}

export async function openWorld(
  dir: string,
  inventory: VcenterSpec,
  log: (line: string) => void,
): Promise<OpenWorld> {
  await ensureClocks(log);
  Object.assign(process.env, {
    LAB_CONVERT_SECONDS: CONVERT_SECONDS,
    LAB_COPY_SECONDS: COPY_SECONDS,
    // Each conversion leaves its mark on a disk: `record/expected-hash.ts` counts them.
    LAB_CONVERT_MARKS: '1',
  });
  const running = await startLab({ dir, inventory, keepWorkflows: true, lifetime: 'caller', log });
  try {
    return await surround(running);
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function surround({ state: lab, stop }: RunningLab): Promise<OpenWorld> {
  const cluster = loadCluster(lab.kubeconfig);
  const server = new URL(lab.vcenter.url);
  const vcenter = await Link.open('vCenter', server.host);
  await consentTo(cluster, vcenter.address);
  const parts = new Map(partsOf(lab.dir).map((part) => [part.name, part]));
  const workers = await Promise.all(WORKERS.map((number) => startWorker(lab, number)));
  const close = async () => {
    for (const { part } of workers) await part.stop();
    for (const link of [vcenter, ...workers.flatMap(({ temporal, kubernetes }) => [temporal, kubernetes])])
      link.close();
    await stop();
    // What was started again is no process that the lab itself knows.
    for (const part of [...parts.values()].reverse()) await part.stop();
  };
  return {
    lab,
    cluster,
    parts,
    workers,
    vcenter,
    vcenterUrl: `https://${vcenter.address}${server.pathname}`,
    down: () => [...parts.values()].filter(({ runs }) => !runs).map(({ name }) => name),
    close,
  };
}

function partsOf(dir: string): Part[] {
  return logFolders(labLayout(dir)).flatMap((folder) =>
    startedIn(folder)
      .filter(isRunning)
      .map((process) => new Part(process, folder)),
  );
}

/** The login may also be used at the address at which the storm's plans find vCenter. */
async function consentTo(cluster: KubeConfig, address: string): Promise<void> {
  const annotations = { 'drover.dev/servers': address };
  await cluster
    .makeApiClient(CoreV1Api)
    .patchNamespacedSecret(
      { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE, body: { metadata: { annotations } } },
      setHeaderOptions('Content-Type', 'application/merge-patch+json'),
    );
}
