/** The ServiceAccounts that Pods of a plan run as, against what the target says of them. */
import type { TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import type { HookManifest } from '../manifests/hook';
import { gatherAccounts, type PodAccount } from '../pod-accounts';
import { errorAt, type Location, type Problem } from '../problem';
import { consentProblem } from './check-consent';
import { accountOfHook, usedHooks } from './hooks';
import { manifestAt, planAt } from './places';
import type { PlannedVm } from './planned-vm';

/**
 * Each account once.
 * @param images of the plan's copiers and conversions
 */
export function neededAccounts(
  set: ManifestSet,
  hooks: readonly HookManifest[],
  images: readonly string[],
): PodAccount[] {
  const name = set.plan.spec.serviceAccount;
  const ofPlan: PodAccount[] = name === undefined ? [] : [{ name, use: 'migration', images: [...images] }];
  const ofHooks = hooks.flatMap((hook): PodAccount[] => {
    const account = accountOfHook(set, hook);
    return account === undefined ? [] : [{ name: account, use: 'hook', images: [hook.spec.image] }];
  });
  return gatherAccounts([...ofPlan, ...ofHooks]);
}

/** Whoever names an account gives Pods its rights: so the account's owner agrees first. */
export function checkAccounts(
  set: ManifestSet,
  vms: readonly Pick<PlannedVm, 'chosen'>[],
  { lackingAccounts = {} }: TargetInventory,
): Problem[] {
  const { serviceAccount: ofPlan, targetNamespace } = set.plan.spec;
  const problemOf = (at: Location, name: string | undefined, otherwise: string): Problem[] => {
    const lacks =
      name === undefined || !Object.hasOwn(lackingAccounts, name) ? undefined : lackingAccounts[name];
    if (lacks === undefined) return [];
    if (lacks !== 'absent') return [consentProblem(at, lacks)];
    const found = `namespace "${targetNamespace}" of the target has no ServiceAccount "${name}"`;
    return [errorAt(at, found, `create it there, or remove the field: ${otherwise}`)];
  };
  const ofHooks = usedHooks(set, vms).filter(({ spec }) => spec.serviceAccount !== ofPlan);
  return [
    ...problemOf(planAt(set, 'spec.serviceAccount'), ofPlan, 'the Pods then run as "default"'),
    ...ofHooks.flatMap((hook) => {
      const without = ofPlan === undefined ? 'the hook then gets no token' : `it then runs as "${ofPlan}"`;
      return problemOf(manifestAt(hook, 'spec.serviceAccount'), hook.spec.serviceAccount, without);
    }),
  ];
}
