import type { FrozenVm } from '../../../plan/frozen';
import { networkAnnotations } from '../../../plan/transfer-network';
import { vmRef } from '../../../plan/vm-ref';
import type { CdiConfig, Container, Pod } from '../api/kinds';
import { LABELS, ownerLabels } from '../api/ownership';
import { NO_SIDECARS } from './no-sidecars';
import { podAccount } from './pod-account';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';

/**
 * An importer as CDI makes it, as far as a namespace's rules look at it (CDI 1.66, pkg/controller/import-controller.go:
 * makeImporterPodSpec; its resources: CDIConfig's `defaultPodResourceRequirements`). CDI gives it the labels of its claim,
 * which are those of the VM. It is never made, only tried.
 * @param image VDDK's; which image CDI's own importer is, CDI alone knows
 */
export function importerPod(vm: FrozenVm, config: CdiConfig | null, image: string): Pod {
  const { runAsUser } = RESTRICTED_POD.securityContext;
  const container = (name: string): Container => ({
    name,
    image,
    resources: config?.status?.defaultPodResourceRequirements ?? {},
    securityContext: {
      ...RESTRICTED_CONTAINER.securityContext,
      runAsNonRoot: true,
      ...(runAsUser === undefined ? {} : { runAsUser }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'importer',
      namespace: vm.namespace,
      labels: {
        ...ownerLabels(vmRef(vm)),
        [LABELS.managedBy]: 'cdi-controller',
        app: 'containerized-data-importer',
        'cdi.kubevirt.io': 'importer',
      },
      annotations: { ...networkAnnotations(vm.disks[0]?.transferNetwork), ...NO_SIDECARS.annotations },
    },
    spec: {
      restartPolicy: 'OnFailure',
      ...podAccount(vm),
      securityContext: { fsGroup: RESTRICTED_POD.securityContext.fsGroup ?? 0 },
      initContainers: [container('vddk-side-car')],
      containers: [container('importer')],
    },
  };
}
