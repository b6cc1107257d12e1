import type { VmRef } from '../../../plan/vm-ref';
import type { ConfigMap } from '../api/kinds';
import { ownerLabels } from '../api/ownership';

/**
 * Authorities (PEM) by which CDI's importers verify vCenter, or the ESXi host at which they read: they read every file of the
 * ConfigMap, so that each server has its own.
 */
export function vcenterAuthority(vm: VmRef, name: string, pem: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: vm.namespace, labels: ownerLabels(vm) },
    data: { 'ca.pem': pem },
  };
}
