/** The storage of the real node: its CSI driver, which the kubelet calls, and upstream's provisioner, which makes the volumes. */
import { join } from 'node:path';
import { StorageV1Api } from '@kubernetes/client-node';
import { loadCluster } from '../apply';
import { REAL_NODE } from '../control-plane-identities';
import { applyCsiObjects, CSI_DRIVER, csiSocket, startCsi, startCsiProvisioner } from '../csi';
import { type ProcessSpec, type StartedProcess, stopProcess } from '../process';
import { untilReady } from '../ready';
import { type Namespaces, VOLUMES } from './namespaces';

export interface StorageOptions {
  /** For the node's files. */
  dir: string;
  namespaces: Namespaces;
  /** kubeconfig of an administrator. */
  kubeconfig: string;
  logDir: string;
  lifetime: ProcessSpec['lifetime'];
}

/** As the node sees it. */
const KUBELET_DIR = '/var/lib/kubelet';

/**
 * Resolves when the kubelet knows the driver, and claims of the classes `loop-…` get volumes. The devices of the volumes outlive
 * the processes: the node's janitor releases them.
 * @throws Error with the end of its log when a part does not come up; what had been started is stopped again
 */
export async function startStorage(options: StorageOptions): Promise<StartedProcess[]> {
  const { dir, namespaces, kubeconfig, logDir, lifetime } = options;
  await applyCsiObjects(kubeconfig);
  const driver = await startCsi({
    dir: join(dir, VOLUMES),
    kubeletDir: KUBELET_DIR,
    node: REAL_NODE,
    registry: join(KUBELET_DIR, 'plugins_registry'),
    logDir,
    lifetime,
    within: (command) => namespaces.within(command),
  });
  try {
    await untilReady(driver, () => isRegistered(kubeconfig), REGISTERED_MS);
    // A path through the node's own files: a socket's path must be short, and a lab's folder may not be.
    const socket = `/proc/${namespaces.pid}/root${csiSocket(KUBELET_DIR)}`;
    return [driver, await startCsiProvisioner({ kubeconfig, socket, logDir, lifetime })];
  } catch (error) {
    await stopProcess(driver);
    throw error;
  }
}

/** On a busy machine. */
const REGISTERED_MS = 120_000;

async function isRegistered(kubeconfig: string): Promise<boolean> {
  const storage = loadCluster(kubeconfig).makeApiClient(StorageV1Api);
  try {
    const { spec } = await storage.readCSINode({ name: REAL_NODE });
    return spec.drivers.some(({ name }) => name === CSI_DRIVER);
  } catch {
    return false;
  }
}
