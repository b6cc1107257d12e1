/** VMs of a plan that hang together by the disks that they share: one may start only after another, and none without the others. */
import { MOST_SHARERS } from '../field-limits';
import { formers } from '../group-order';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import type { WaveRules } from '../wave';
import type { DecidedVm } from './decided-disks';
import { entryAt } from './places';
import { vmNames } from './vm-names';

export interface SharingRole {
  /** Moref of the first of them in the plan. */
  group: string;
  /** Whether its migration copies a disk that others attach. */
  copies: boolean;
}

/** By moref; a VM that shares nothing is not there. */
export function sharingRoles(vms: readonly DecidedVm[]): ReadonlyMap<string, SharingRole> {
  const groupOf = new Map<string, string>();
  const owners = new Set<string>();
  const join = (one: string, other: string) => {
    const [kept, gone] = [groupOf.get(one) ?? one, groupOf.get(other) ?? other];
    groupOf.set(one, kept).set(other, kept);
    for (const [moref, group] of groupOf) if (group === gone) groupOf.set(moref, kept);
  };
  for (const { attached, vm } of vms)
    for (const { owner } of attached) {
      owners.add(owner.planned.vm.moref);
      join(owner.planned.vm.moref, vm.moref);
    }
  const first = new Map<string, string>();
  const roles = new Map<string, SharingRole>();
  for (const { moref } of vms.map(({ vm }) => vm)) {
    const group = groupOf.get(moref);
    if (group === undefined) continue;
    if (!first.has(group)) first.set(group, moref);
    roles.set(moref, { group: first.get(group)!, copies: owners.has(moref) });
  }
  return roles;
}

/** A page of a wave has all of them, and is bounded. */
export function checkSharingGroups(set: ManifestSet, vms: readonly DecidedVm[]): Problem[] {
  const members = new Map<string, DecidedVm[]>();
  const roles = sharingRoles(vms);
  for (const planned of vms) {
    const role = roles.get(planned.vm.moref);
    if (role !== undefined) members.set(role.group, [...(members.get(role.group) ?? []), planned]);
  }
  return [...members.values()].flatMap((all) => {
    if (all.length <= MOST_SHARERS + 1) return [];
    const found = `${vmNames(all.map(({ vm }) => vm.name))} hang together by the disks that they share, and Drover migrates at most ${MOST_SHARERS + 1} such VMs together`;
    return errorAt(entryAt(set, all[0]!.chosen.index), found, 'detach shared disks from some of them');
  });
}

export interface StartRole {
  group: string | null;
  priority: number;
  canary: boolean;
}

interface Start {
  rules: WaveRules;
  /** By place in `spec.vms`. */
  roles: ReadonlyMap<number, StartRole>;
}

/** A VM that starts before the one that copies its disk would wait for it, and take a place in the wave from it meanwhile. */
export function checkSharingOrder(set: ManifestSet, vms: readonly DecidedVm[], start: Start): Problem[] {
  return vms.flatMap(({ attached, chosen, vm }) => {
    const owners = new Map(attached.map(({ owner }) => [owner.planned.vm.moref, owner.planned]));
    const late = [...owners.values()].flatMap((owner) => {
      const [own, its] = [start.roles.get(chosen.index), start.roles.get(owner.chosen.index)];
      const why = own === undefined || its === undefined ? null : whyLater(its, own, start.rules);
      return why === null ? [] : [{ owner, why }];
    });
    return late.map(({ owner, why }) => {
      const name = `"${owner.vm.name}"`;
      const found = `VM "${vm.name}" attaches a disk that the migration of ${name} copies, and may start before it: ${why}`;
      const remedy = `have ${name} start first: let both be in one group, of one priority, and canaries both or none`;
      return errorAt(entryAt(set, chosen.index), found, remedy);
    });
  });
}

/** Why the first may start later than the second; null where it does not. */
function whyLater(first: StartRole, second: StartRole, { groups }: WaveRules): string | null {
  const before = ({ group }: StartRole) => (group === null ? new Set<string>() : formers(groups, group));
  const awaited = before(second);
  const isBehind = [...before(first)].some((group) => !awaited.has(group));
  if (second.canary && !first.canary) return 'it is a canary, and the other one is none';
  if (first.canary && !second.canary) return null;
  if (isBehind) return `group ${first.group} waits for other groups`;
  return awaited.has(first.group ?? '') || first.priority >= second.priority
    ? null
    : 'its priority is higher';
}
