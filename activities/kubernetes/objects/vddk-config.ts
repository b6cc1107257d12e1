import { vddkConfigName } from '../../../plan/names';
import type { VmRef } from '../../../plan/vm-ref';
import type { ConfigMap } from '../api/kinds';
import { ownerLabels } from '../api/ownership';

/** Options of VDDK, under the key that CDI's importers read (its doc/datavolumes.md, "VDDK extra arguments"). */
export function vddkConfigMap(vm: VmRef, config: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: vddkConfigName(vm.baseName), namespace: vm.namespace, labels: ownerLabels(vm) },
    data: { 'vddk-config-file': config },
  };
}
