import type { VmRef } from '../../../plan/vm-ref';
import { authorityName } from '../../../plan/names';
import type { ConfigMap } from '../api/kinds';
import { ownerLabels } from '../api/ownership';

/** Authorities (PEM) by which CDI's importers verify vCenter: they read every file of the ConfigMap. */
export function vcenterAuthority(vm: VmRef, pem: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: authorityName(vm.baseName), namespace: vm.namespace, labels: ownerLabels(vm) },
    data: { 'ca.pem': pem },
  };
}
