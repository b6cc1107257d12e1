/** The node's objects in the API: Node, CSINode, Lease. */
import { hostname } from 'node:os';
import { PatchStrategy, setHeaderOptions, V1MicroTime, type V1Node } from '@kubernetes/client-node';
import { type NodeApi, statusOf } from './api';

export interface NodeIdentity {
  name: string;
  zone: string;
}

/** Two nodes in two zones, so that a zonal volume can be in the wrong one. */
export const LAB_NODES: readonly NodeIdentity[] = [
  { name: 'lab-node-a', zone: 'zone-a' },
  { name: 'lab-node-b', zone: 'zone-b' },
];

const ZONE_LABEL = 'topology.kubernetes.io/zone';
const HOST_LABEL = 'kubernetes.io/hostname';
const LEASE_NAMESPACE = 'kube-node-lease';
/** The kubelet's default (kubernetes 1.34.4, pkg/kubelet/apis/config/v1beta1/defaults.go). */
const LEASE_SECONDS = 40;

/** More than this machine has: the lab's Pods request as much as in a real cluster. */
const RESOURCES = {
  cpu: '512',
  memory: '4096Gi',
  pods: '1000',
  'ephemeral-storage': '10Ti',
  'devices.kubevirt.io/kvm': '1000',
};

export async function registerNode(api: NodeApi, identity: NodeIdentity, port: number): Promise<void> {
  await createIfMissing(() => api.core.createNode({ body: nodeObject(identity) }));
  await createIfMissing(() => api.storage.createCSINode({ body: csiNode(identity) }));
  const { name } = identity;
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  // The API server taints a new Node as not ready. The controller that removes this taint does not run in the lab.
  await api.core.patchNode({ name, body: { spec: { taints: [] } } }, merge);
  await api.core.patchNodeStatus({ name, body: { status: nodeStatus(name, port) } }, merge);
  await createIfMissing(() =>
    api.coordination.createNamespacedLease({
      namespace: LEASE_NAMESPACE,
      body: {
        metadata: { name, namespace: LEASE_NAMESPACE },
        spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: new V1MicroTime() },
      },
    }),
  );
}

export async function renewLease(api: NodeApi, name: string): Promise<void> {
  await api.coordination.patchNamespacedLease(
    { namespace: LEASE_NAMESPACE, name, body: { spec: { renewTime: new V1MicroTime() } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
}

/** Pause between two renewals: a quarter of the lease (kubernetes 1.34.4, pkg/kubelet/kubelet.go). */
export const LEASE_RENEWAL_MS = (LEASE_SECONDS * 1000) / 4;

async function createIfMissing(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (statusOf(error) !== 409) {
      throw error;
    }
  }
}

function nodeObject({ name, zone }: NodeIdentity): V1Node {
  const labels = {
    [ZONE_LABEL]: zone,
    [HOST_LABEL]: name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
    'kubevirt.io/schedulable': 'true',
  };
  return { metadata: { name, labels } };
}

function csiNode({ name }: NodeIdentity) {
  const driver = { name: 'csi.lab.drover.dev', nodeID: name, topologyKeys: [ZONE_LABEL] };
  return { metadata: { name }, spec: { drivers: [driver] } };
}

function nodeStatus(name: string, port: number): V1Node['status'] {
  const now = new Date();
  return {
    capacity: RESOURCES,
    allocatable: RESOURCES,
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: `the lab's node on ${hostname()} runs Pods`,
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
}
