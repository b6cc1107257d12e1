import type { FrozenVm } from '../../../plan/frozen';
import { conversionJobName, conversionName } from '../../../plan/names';
import { vmRef } from '../../../plan/frozen';
import type { ConfigMap, Job } from '../kinds';
import { ownerLabels } from '../ownership';
import { attachAll } from './attached-disks';
import { domainXml } from './domain-xml';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';
import { stepJob } from './step-job';

export const CONVERSION_CONTAINER = 'convert';

/** The libvirt XML that the conversion reads, as the file `/etc/drover/domain.xml`. */
export function conversionInput(vm: FrozenVm): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: conversionName(vm.baseName),
      namespace: vm.namespace,
      labels: ownerLabels(vmRef(vm)),
    },
    data: { 'domain.xml': domainXml(vm) },
  };
}

/** One attempt at converting all disks of a VM in place. Never run twice on the same disks. */
export function conversionJob(vm: FrozenVm, attempt: number): Job {
  const disks = attachAll(vm.disks);
  return stepJob({
    name: conversionJobName(vm.baseName, attempt),
    namespace: vm.namespace,
    step: 'convert',
    labels: ownerLabels(vmRef(vm)),
    pod: {
      ...RESTRICTED_POD,
      terminationGracePeriodSeconds: 30,
      nodeSelector: vm.nodeSelector,
      containers: [
        {
          name: CONVERSION_CONTAINER,
          image: vm.conversionImage,
          ...RESTRICTED_CONTAINER,
          volumeDevices: disks.container.volumeDevices,
          volumeMounts: [
            { name: 'domain', mountPath: '/etc/drover', readOnly: true },
            { name: 'scratch', mountPath: '/var/tmp' },
            ...disks.container.volumeMounts,
          ],
          resources: { requests: { cpu: '100m', memory: '512Mi' } },
        },
      ],
      volumes: [
        { name: 'domain', configMap: { name: conversionName(vm.baseName) } },
        { name: 'scratch', emptyDir: {} },
        ...disks.volumes,
      ],
    },
  });
}
