import type { FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { probeJobName } from '../../../plan/names';
import { podResources } from '../../../plan/pod-resources';
import type { Job } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { convertorPlacement } from './placement';
import { podAccount } from './pod-account';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';
import { stepJob } from './step-job';
import { STEP_CONTAINERS } from './steps';

export const PROBE_CONTAINER = STEP_CONTAINERS.probe;

/** Asks the conversion image what it holds. It sees no disk of the VM. */
export function probeJob(vm: FrozenVm, { image }: NonNullable<FrozenVm['conversion']>): Job {
  return stepJob({
    name: probeJobName(vm.baseName),
    namespace: vm.namespace,
    step: 'probe',
    labels: ownerLabels(vmRef(vm)),
    podLabels: vm.convertor?.labels,
    pod: {
      ...RESTRICTED_POD,
      ...podAccount(vm),
      ...convertorPlacement(vm),
      containers: [
        {
          name: PROBE_CONTAINER,
          image,
          args: ['probe'],
          ...RESTRICTED_CONTAINER,
          volumeMounts: [{ name: 'temporary', mountPath: '/var/tmp' }],
          resources: { ...podResources('probe', vm.podResources?.probe) },
        },
      ],
      volumes: [{ name: 'temporary', emptyDir: {} }],
    },
  });
}
