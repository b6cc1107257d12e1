/** The Pod that a machine instance lives in: all of its disks, and a process that runs the guest or holds them open. */
import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { INSTANCES, type VirtualMachineInstance } from '../resources';
import { controllerRef } from '../cdi/claim';
import { CONSOLE_VOLUME, QEMU, compute, consoleLog } from './launcher-containers';
import { type Disk, graceSeconds, logsConsole } from './launcher-order';
import { attachedNetworks } from './networks';
import type { BridgesOfMachine } from './qemu-networks';

export function launcherPod(
  instance: VirtualMachineInstance,
  disks: Disk[],
  bridges: BridgesOfMachine,
): V1Pod {
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
      terminationGracePeriodSeconds: graceSeconds(instance) + 15,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsUser: QEMU,
        runAsNonRoot: true,
        fsGroup: QEMU,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...placement(instance),
      containers: [compute(instance, disks, bridges), ...(logsConsole(instance) ? [consoleLog()] : [])],
      volumes: [
        ...disks.map(({ volume, claim }) => ({
          name: volume,
          persistentVolumeClaim: { claimName: claim.metadata?.name ?? '' },
        })),
        ...(logsConsole(instance) ? [CONSOLE_VOLUME] : []),
      ],
    },
  };
}

function placement(instance: VirtualMachineInstance): Partial<V1PodSpec> {
  const { nodeSelector, affinity, tolerations } = instance.spec;
  // The machine's types and the Pod's are generated from the same API, under different names.
  return { nodeSelector, affinity, tolerations } as Partial<V1PodSpec>;
}

function networkNotes(instance: VirtualMachineInstance): Record<string, string> {
  const attached = attachedNetworks(instance);
  return attached.length > 0
    ? {
        'k8s.v1.cni.cncf.io/networks': attached
          .map(({ definition: { name, namespace } }) => `${namespace}/${name}`)
          .join(','),
      }
    : {};
}
