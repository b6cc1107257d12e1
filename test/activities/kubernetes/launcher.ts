/** A target's instance with launchers of the test's own, whose guests say on their consoles what the test wants. */
import type { ApiClient } from '../../../activities/kubernetes/api/api-client';
import {
  type Pod,
  PODS,
  VIRTUAL_MACHINE_INSTANCES,
  type VirtualMachineInstance,
} from '../../../activities/kubernetes/api/kinds';
import type { FrozenVm } from '../../../plan/frozen';
import { eventually } from '../../support/eventually';

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: 107,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** An instance that KubeVirt gives no launcher, for its claim is missing. */
export function makeInstance(admin: ApiClient, vm: FrozenVm): Promise<VirtualMachineInstance> {
  return admin.create(VIRTUAL_MACHINE_INSTANCES, {
    apiVersion: VIRTUAL_MACHINE_INSTANCES.apiVersion,
    kind: VIRTUAL_MACHINE_INSTANCES.kind,
    metadata: { name: vm.targetName, namespace: vm.namespace },
    spec: {
      domain: {
        memory: { guest: '64Mi' },
        devices: { disks: [{ name: 'root', disk: { bus: 'virtio' } }] },
      },
      volumes: [{ name: 'root', persistentVolumeClaim: { claimName: 'missing' } }],
    },
  });
}

export interface Launcher {
  name: string;
  /** A shell's script that prints the console's lines; null for a guest whose console nobody keeps. */
  says: string | null;
  /** Default a node that takes it. */
  nodeSelector?: Record<string, string>;
}

export function makeLauncher(
  admin: ApiClient,
  instance: VirtualMachineInstance,
  { name, says, nodeSelector = {} }: Launcher,
): Promise<Pod> {
  const { name: owner = '', namespace, uid = '' } = instance.metadata ?? {};
  const { apiVersion, kind } = VIRTUAL_MACHINE_INSTANCES;
  const container = (its: string, script: string) => ({
    name: its,
    image: 'lab.drover.dev/pause:1',
    command: ['/bin/bash', '-c', script],
    securityContext: RESTRICTED,
  });
  return admin.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { 'kubevirt.io': 'virt-launcher' },
      ownerReferences: [{ apiVersion, kind, name: owner, uid }],
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      nodeSelector,
      containers: [
        container('compute', 'sleep infinity'),
        ...(says === null ? [] : [container('guest-console-log', says)]),
      ],
    },
  });
}

export function untilRunning(admin: ApiClient, { metadata }: Pod): Promise<Pod> {
  return eventually(async () => {
    const pod = await admin.get(PODS, { name: metadata?.name ?? '', namespace: metadata?.namespace });
    const states = (pod.status?.containerStatuses ?? []).map(({ state }) => state?.waiting);
    return pod.status?.phase === 'Running' && states.every((waiting) => waiting === undefined) ? pod : null;
  });
}
