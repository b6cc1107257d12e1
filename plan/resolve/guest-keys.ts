/** Keys of a guest's encrypted disks, as a plan names them. */
import { LONGEST_PASSPHRASE, MOST_GUEST_KEYS } from '../guest-keys';
import type { LentFault } from '../lent-fault';
import type { ManifestSet } from '../manifest-set';
import type { PlanVm } from '../manifests/plan-vm';
import type { Problem } from '../problem';
import { lentProblem } from './lent';
import { entryAt } from './places';

interface SecretRef {
  namespace: string;
  name: string;
}

/** The Secret with the passphrases of this VM; without a namespace it is the Plan's. Null where the VM names none. */
export function keysSecret({ plan }: ManifestSet, { luks }: PlanVm): SecretRef | null {
  if (luks === undefined || luks.name === '') return null;
  return { namespace: luks.namespace ?? plan.metadata.namespace, name: luks.name };
}

/** Whether a VM of the plan names any, and is converted. */
export function namesKeys(set: ManifestSet): boolean {
  const { skipGuestConversion, vms } = set.plan.spec;
  return !skipGuestConversion && vms.some((entry) => keysSecret(set, entry) !== null);
}

/** @param index place of the VM in the plan */
export function guestKeysProblem(
  set: ManifestSet,
  index: number,
  { secret, fault }: { secret: SecretRef; fault: LentFault },
): Problem {
  return lentProblem(entryAt(set, index, 'luks'), { kind: 'Secret', ...secret }, fault, {
    absent: 'create it with the passphrases of the disks, one under each key',
    unfit: PASSPHRASES,
  });
}

const PASSPHRASES =
  `give 1 to ${MOST_GUEST_KEYS} passphrases, one under each key, ` +
  `each a line of 1 to ${LONGEST_PASSPHRASE} characters`;
