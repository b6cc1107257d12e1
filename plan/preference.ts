/**
 * KubeVirt's preferences: what suits a system in a guest, under a name. A plan says which one a guest gets, by the guest id that vSphere
 * is set to. KubeVirt gives it to what the VirtualMachine does not say itself (docs/decisions/0052).
 */
import type { ManifestSet } from './manifest-set';

/** The VirtualMachineClusterPreference of a guest with this id; undefined where the plan has none for it. */
export function preferenceFor(set: ManifestSet, guestId: string): string | undefined {
  const { preferences } = set.plan.spec.drover;
  // The vCenter says the id: it may be `constructor`.
  return Object.hasOwn(preferences, guestId) ? preferences[guestId] : undefined;
}

/** Whether the plan says anything of preferences. */
export function namesPreferences({ plan }: ManifestSet): boolean {
  return Object.keys(plan.spec.drover.preferences).length > 0;
}
