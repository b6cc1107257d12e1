import type { FrozenVm } from '../../../plan/frozen';
import { guestKeysName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import type { Secret } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { stepLabel } from './steps';

/** A guest's passphrases where the conversion's Pod can have them mounted, for one attempt. */
export function guestKeysSecret(
  vm: FrozenVm,
  attempt: number,
  passphrases: Readonly<Record<string, string>>,
): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: guestKeysName(vm.baseName, attempt),
      namespace: vm.namespace,
      labels: { ...ownerLabels(vmRef(vm)), ...stepLabel('convert') },
    },
    data: Object.fromEntries(
      Object.entries(passphrases).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]),
    ),
  };
}
