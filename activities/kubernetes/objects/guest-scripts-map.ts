import type { FrozenVm } from '../../../plan/frozen';
import { guestScriptsName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import type { ConfigMap } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { stepLabel } from './steps';

/** Scripts where the conversion's Pod can have them mounted, for one attempt; it goes with all that the migration has made. */
export function guestScriptsMap(
  vm: FrozenVm,
  attempt: number,
  scripts: Readonly<Record<string, string>>,
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: guestScriptsName(vm.baseName, attempt),
      namespace: vm.namespace,
      labels: { ...ownerLabels(vmRef(vm)), ...stepLabel('convert') },
    },
    data: { ...scripts },
  };
}
