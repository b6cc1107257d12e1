/** The ServiceAccounts that hooks of a plan run as, against what the target says of them. */
import type { TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import { consentProblem } from './check-consent';
import { usedHooks } from './hooks';
import { manifestAt } from './places';
import type { PlannedVm } from './planned-vm';

/** Whoever writes a Hook gets the rights of its account: so the account's owner agrees first. */
export function checkAccounts(
  set: ManifestSet,
  vms: readonly Pick<PlannedVm, 'chosen'>[],
  { lackingAccounts = {} }: TargetInventory,
): Problem[] {
  const { targetNamespace } = set.plan.spec;
  return usedHooks(set, vms).flatMap((hook) => {
    const { serviceAccount } = hook.spec;
    const lacks =
      serviceAccount === undefined || !Object.hasOwn(lackingAccounts, serviceAccount)
        ? undefined
        : lackingAccounts[serviceAccount];
    if (lacks === undefined) return [];
    const at = manifestAt(hook, 'spec.serviceAccount');
    if (lacks !== 'absent') return [consentProblem(at, lacks)];
    const found = `namespace "${targetNamespace}" of the target has no ServiceAccount "${serviceAccount}"`;
    return [errorAt(at, found, 'create it there, or remove the field: the hook then gets no token')];
  });
}
