/**
 * A real node: a kubelet, a kube-proxy and a containerd in namespaces of their own, joined to the lab's cluster. Nothing of it
 * outlives its process 1.
 */
import { loadCluster } from '../apply';
import type { NodeBinaries } from '../binaries';
import type { RealNodeAccess } from '../control-plane';
import { SPARING_GO } from '../go-environment';
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from '../process';
import { CONTAINERD_SOCKET } from './containerd';
import { kubeProxyCommand } from './kube-proxy';
import { kubeletCommand } from './kubelet';
import { connectNode, type Link } from './link';
import { type Namespaces, openNamespaces } from './namespaces';
import { RunningContainerd } from './running-containerd';
import { RunningKubelet } from './running-kubelet';
import { startStorage } from './storage';

/** Where a real node will run: whatever its Pods are to reach must listen at `link.hostAddress`. */
export interface NodePlace {
  namespaces: Namespaces;
  link: Link;
  stop(): Promise<void>;
}

export interface PlaceOptions {
  /** For the node's files. */
  dir: string;
  logDir: string;
  lifetime: ProcessSpec['lifetime'];
}

export interface RealNodeOptions extends PlaceOptions {
  place: NodePlace;
  binaries: NodeBinaries;
  /** Of a control plane that listens at the link's address of this machine. */
  access: RealNodeAccess;
  /** kubeconfig of an administrator. */
  kubeconfig: string;
  /** `host:port` of a registry that serves plain http at the link's address of this machine. */
  registry: string;
  /** The image that holds a Pod's namespaces. */
  pauseImage: string;
  /** Extended resources that it offers, such as a device of KubeVirt's; by default none. */
  resources?: Readonly<Record<string, string>>;
  /** See ContainerdOptions; default false, as containerd's own. */
  deviceOwnership?: boolean;
  /** Of the Node; NodeRestriction must allow the kubelet to set them. */
  labels?: Readonly<Record<string, string>>;
}

export interface RealNode {
  processes: StartedProcess[];
  containerd: RunningContainerd;
  kubelet: RunningKubelet;
  /** Absolute; all Pods' cgroups lie below. */
  cgroup: string;
  stop(): Promise<void>;
}

/**
 * @throws LabRefusal where the folder can't be a node's, or too many nodes run on this machine
 * @throws Error with the reason when the namespaces can't be made
 */
export async function openPlace(options: PlaceOptions): Promise<NodePlace> {
  const namespaces = await openNamespaces(options);
  try {
    return { namespaces, link: await connectNode(namespaces.pid), stop: () => namespaces.stop() };
  } catch (error) {
    await namespaces.stop();
    throw error;
  }
}

/**
 * Resolves when the Node is ready, and has storage.
 * @throws Error with the end of its log when a part does not come up; what had been started is stopped again
 */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const { dir, place, access, binaries, kubeconfig } = options;
  const { namespaces } = place;
  const processes: StartedProcess[] = [];
  const stop = async () => {
    for (const process of processes.splice(0).reverse()) await stopProcess(process);
  };
  const start = async (name: string, command: readonly string[]) => {
    const { logDir, lifetime } = options;
    const process = await startProcess({
      name,
      ...namespaces.within(command),
      logDir,
      lifetime,
      env: SPARING_GO,
    });
    processes.push(process);
    return process;
  };
  try {
    const containerd = new RunningContainerd({
      ...options,
      socket: `/proc/${namespaces.pid}/root${CONTAINERD_SOCKET}`,
      start: (config) => start('containerd', ['containerd', `--config=${config}`]),
    });
    await containerd.start({ deviceOwnership: options.deviceOwnership ?? false });
    await start(
      'kube-proxy',
      kubeProxyCommand({ dir, binary: binaries.kubeProxy, kubeconfig: access.proxy }),
    );
    const kubelet = new RunningKubelet({
      cluster: loadCluster(kubeconfig),
      resources: options.resources ?? {},
      start: () => start('kubelet', kubeletOf(options)),
    });
    await kubelet.start();
    processes.push(...(await startStorage({ ...options, namespaces })));
    return { processes, containerd, kubelet, cgroup: namespaces.cgroup, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeletOf({ place: { namespaces, link }, access, binaries, ...options }: RealNodeOptions): string[] {
  return kubeletCommand({
    labels: {},
    ...options,
    binary: binaries.kubelet,
    kubeconfig: access.kubelet,
    clientCaFile: access.clientCertificate,
    nodeAddress: link.nodeAddress,
    cgroup: namespaces.cgroup,
  });
}
