import type { FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { binderName } from '../../../plan/names';
import type { PatchOperation } from '../api/api-client';
import { podResources } from '../../../plan/pod-resources';
import type { Container, Pod } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { asPodDisk, attachAll } from './attached-disks';
import { deviceQuestion } from './device-question';
import { KVM_DEVICE } from './kvm-device';
import { NO_SIDECARS } from './no-sidecars';
import { SCRATCH_MOUNT, scratchVolume } from './overlays';
import { binderPlacement } from './placement';
import { podAccount } from './pod-account';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';
import { STEP_CONTAINERS, stepLabel } from './steps';

/**
 * Kept until every claim is there: a Pod that is scheduled without its claims is put back for a second and more,
 * and a VM's volumes would be bound that much later.
 */
const CLAIMS_GATE = 'drover.dev/claims';

/** Lets a binder be scheduled. A second patch changes nothing. */
export const OPEN_CLAIMS_GATE: PatchOperation = { op: 'add', path: '/spec/schedulingGates', value: [] };

/**
 * The binder asks for the device that a conversion will ask for. If no node offers it, or no node that the volumes can be
 * on, the scheduler says so while the source still runs.
 */
function binderResources({ podResources: given, conversion }: FrozenVm): NonNullable<Container['resources']> {
  const device = conversion?.kvm === true ? KVM_DEVICE : {};
  const { requests, limits } = podResources('binder', given?.binder);
  return { requests: { ...requests, ...device }, limits: { ...limits, ...device } };
}

/**
 * A Pod that uses all of a VM's volumes, asks whether their devices can be written to, and does nothing else. Scheduled to
 * nodes of the VM, it makes WaitForFirstConsumer classes provision where the VM can run, and all of its disks in one place:
 * beside the volumes that other migrations have made, where the VM attaches some.
 * While it lives, scheduled or not, CDI holds imports into these volumes back.
 */
export function binderPod(vm: FrozenVm, image: string): Pod {
  const { volumes, container } = attachAll([...vm.disks, ...(vm.attached ?? []).map(asPodDisk)]);
  const isConverted = vm.conversion !== null;
  const question = deviceQuestion(vm);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: binderName(vm.baseName),
      namespace: vm.namespace,
      labels: { ...ownerLabels(vmRef(vm)), ...stepLabel('bind'), ...NO_SIDECARS.labels },
      annotations: NO_SIDECARS.annotations,
    },
    spec: {
      ...RESTRICTED_POD,
      ...podAccount(vm),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 1,
      ...binderPlacement(vm),
      schedulingGates: [{ name: CLAIMS_GATE }],
      ...(question !== null && { initContainers: [question] }),
      containers: [
        {
          name: STEP_CONTAINERS.bind,
          image,
          ...RESTRICTED_CONTAINER,
          ...container,
          volumeMounts: [...container.volumeMounts, ...(isConverted ? [SCRATCH_MOUNT] : [])],
          resources: binderResources(vm),
        },
      ],
      volumes: [...volumes, ...(isConverted ? [scratchVolume(vm)] : [])],
    },
  };
}
