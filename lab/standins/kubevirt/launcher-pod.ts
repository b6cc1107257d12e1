/** The Pod that a machine instance lives in: all of its disks, and a process that holds them open. */
import type { V1Container, V1PersistentVolumeClaim, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import type { V1Volume } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { VirtualMachineInstance } from '../resources';
import { INSTANCES } from '../resources';
import { controllerRef } from '../cdi/claim';
import { attachedNetworks } from './networks';

const IMAGE = 'lab.drover.dev/virt-launcher:1';
const QEMU = 107;
const DISKS = '/var/run/kubevirt-private/vmi-disks';

/** A volume of the machine and the claim behind it. */
export interface Disk {
  volume: string;
  claim: V1PersistentVolumeClaim;
}

/** The claim that a machine's volume names, or null where it is no claim's. */
export function claimNameOf(volume: V1Volume): string | null {
  return volume.persistentVolumeClaim?.claimName ?? volume.dataVolume?.name ?? null;
}

export function launcherPod(instance: VirtualMachineInstance, disks: Disk[]): V1Pod {
  const { name = '', namespace, uid = '', labels } = instance.metadata ?? {};
  return {
    metadata: {
      generateName: `virt-launcher-${name}-`,
      namespace,
      labels: { ...labels, 'kubevirt.io': 'virt-launcher', 'kubevirt.io/created-by': uid },
      annotations: { 'kubevirt.io/domain': name, ...networkNotes(instance) },
      ownerReferences: [controllerRef(INSTANCES, instance)],
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: (instance.spec.terminationGracePeriodSeconds ?? 30) + 15,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsUser: QEMU,
        runAsNonRoot: true,
        fsGroup: QEMU,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...placement(instance),
      containers: [compute(instance, disks)],
      volumes: disks.map(({ volume, claim }) => ({
        name: volume,
        persistentVolumeClaim: { claimName: claim.metadata?.name ?? '' },
      })),
    },
  };
}

function placement(instance: VirtualMachineInstance): Partial<V1PodSpec> {
  const { nodeSelector, affinity, tolerations } = instance.spec;
  // The machine's types and the Pod's are generated from the same API, under different names.
  return { nodeSelector, affinity, tolerations } as Partial<V1PodSpec>;
}

function compute(instance: VirtualMachineInstance, disks: Disk[]): V1Container {
  const [devices, images] = [disks.filter(isBlock), disks.filter((disk) => !isBlock(disk))];
  const { requests, limits } = instance.spec.domain.resources ?? {};
  return {
    name: 'compute',
    image: IMAGE,
    args: [...devices.map(devicePath), ...images.map((disk) => `${imageFolder(disk)}/disk.img`)],
    // A lab's guest is empty: it asks for what its machine asks for by name, else for next to nothing.
    resources: { requests: requests ?? { cpu: '5m', memory: '8Mi' }, ...(limits ? { limits } : {}) },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: QEMU,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeDevices: devices.map((disk) => ({ name: disk.volume, devicePath: devicePath(disk) })),
    volumeMounts: images.map((disk) => ({ name: disk.volume, mountPath: imageFolder(disk) })),
  };
}

function isBlock({ claim }: Disk): boolean {
  return claim.spec?.volumeMode === 'Block';
}

function devicePath({ volume }: Disk): string {
  return `/dev/${volume}`;
}

function imageFolder({ volume }: Disk): string {
  return `${DISKS}/${volume}`;
}

function networkNotes(instance: VirtualMachineInstance): Record<string, string> {
  const attached = attachedNetworks(instance);
  return attached.length > 0
    ? {
        'k8s.v1.cni.cncf.io/networks': attached
          .map(({ name, namespace }) => `${namespace}/${name}`)
          .join(','),
      }
    : {};
}
