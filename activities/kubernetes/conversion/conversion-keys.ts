/** The Secret by which a conversion is given the passphrases of its guest: it is there for as long as the conversion runs. */
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef, type VmRef } from '../../../plan/vm-ref';
import type { SecretValues } from '../access/secrets';
import type { ApiClient } from '../api/api-client';
import { type Pod, SECRETS } from '../api/kinds';
import { ensure, ownedBy } from '../api/ownership';
import { KEYS_VOLUME } from '../objects/conversion-job';
import { guestKeysSecret } from '../objects/guest-keys-secret';
import { STEP_LABEL } from '../objects/steps';

export async function ensureConversionKeys(
  api: ApiClient,
  vm: FrozenVm,
  { attempt, passphrases }: { attempt: number; passphrases: SecretValues },
): Promise<void> {
  await ensure(api, SECRETS, guestKeysSecret(vm, attempt, passphrases), vmRef(vm));
}

/** Of all attempts. One request selects them by labels, and needs no right to list Secrets. */
export async function removeConversionKeys(api: ApiClient, vm: VmRef): Promise<void> {
  const labelSelector = `${ownedBy(vm)},${STEP_LABEL}=convert`;
  await api.deleteAll(SECRETS, { namespace: vm.namespace, labelSelector });
}

export function hasConversionKeys(pod: Pod | null): boolean {
  return pod?.spec?.volumes?.some(({ name }) => name === KEYS_VOLUME) === true;
}
