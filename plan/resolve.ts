/**
 * Manifests against the inventories of source and target: every problem at once, or one frozen plan.
 *
 * Reading a source in full is dear. So ask {@link chooseVms} first, with the references of all VMs, and read in
 * full only those that it chose.
 */
import { type FrozenVm, type MigratedVm, vddkImages } from './frozen';
import { NO_IMAGES, type WantedImage } from './images';
import type { MissingRights, SourceInventory, TargetInventory } from './inventory';
import type { PodAccount } from './pod-accounts';
import { refuses, type Problem } from './problem';
import { sourceRef } from './provider-refs';
import { type ReadWave, readWave, rolesOf } from './read-wave';
import { checkDatastores } from './resolve/check-datastores';
import { checkFrozen } from './resolve/check-frozen';
import { checkAccounts, neededAccounts } from './resolve/check-accounts';
import { checkImages, converterImage, pluginImages } from './resolve/check-images';
import { checkInstanceTypes } from './resolve/check-instance-types';
import { checkHosts, usableHosts } from './resolve/import-hosts';
import { imageOfHook, usedHooks } from './resolve/hooks';
import { checkPreferences } from './resolve/check-preferences';
import { checkRootDisks } from './resolve/check-root-disk';
import { checkRights, isUnread } from './resolve/check-rights';
import { checkPluginSecrets, checkTarget, checkVddk, usedEntries } from './resolve/check-target';
import { checkVddkConfig } from './resolve/check-vddk-config';
import { checkVms } from './resolve/check-vms';
import { type ChosenVm, chooseVms } from './resolve/choose-vms';
import { type DecidedVm, decideDisks } from './resolve/decided-disks';
import { freezeVm } from './resolve/freeze-vm';
import { siftMigrated } from './resolve/migrated';
import { checkNetworks, mapNetworks } from './resolve/network-mapping';
import { nameObjects } from './resolve/object-names';
import { entryAt } from './resolve/places';
import { joinDetails } from './resolve/planned-vm';
import { checkScratch } from './resolve/scratch';
import { findShared } from './resolve/shared-disks';
import {
  checkSharingGroups,
  checkSharingOrder,
  type SharingRole,
  sharingRoles,
} from './resolve/sharing-groups';
import { checkNotes } from './resolve/source-notes';
import { mapDatastores } from './resolve/storage-mapping';
import { checkTransferNetwork } from './resolve/transfer-network';
import type { ManifestSet } from './manifest-set';
import type { VmRole, WaveRules } from './wave';

export { chooseVms } from './resolve/choose-vms';
export { networkNamespaces } from './resolve/network-mapping';

/** Without these no datastore's target can be judged. */
const STORAGE_RIGHTS = ['list storageclasses.storage.k8s.io', 'list storageprofiles.cdi.kubevirt.io'];

export interface ResolvedPlan {
  problems: Problem[];
  /** In the order of the plan; empty where a problem refuses it. */
  vms: FrozenVm[];
  /** Those that were migrated before, in the order of the plan; empty where a problem refuses it. */
  migrated: MigratedVm[];
  /** Both, in the order of the plan. */
  entries: PlanEntry[];
  maxConcurrentVms: number;
  /** Null where the plan says nothing of its wave. */
  wave: WaveRules | null;
}

/** `place` is its own in `spec.vms`; `role` is there only where the plan says something of its wave. */
export type PlanEntry = ({ vm: FrozenVm } | { migrated: MigratedVm }) & {
  place: number;
  role?: VmRole;
  /** Only of a VM that shares disks with others of the plan. */
  sharing?: SharingRole;
};

/** The images that a plan needs, and the accounts that run them. */
export interface NeededImages {
  /** Registries are to be asked for them, before the plan is resolved with the answers in `target.images`. */
  plugins: WantedImage[];
  /** So they are for this one; null where no guest is converted. */
  converter: WantedImage | null;
  /** Of hooks that VMs of the plan name. */
  hooks: WantedImage[];
  /** VDDK's, where disks are imported and the Provider names it. */
  vddk: string[];
  /** That the plan and its hooks name; the target is to be asked for them, as registries are for images. */
  accounts: PodAccount[];
}

/** `only` as in {@link chooseVms}. */
export function imagesOf(
  set: ManifestSet,
  inventory: SourceInventory,
  target: TargetInventory,
  only?: readonly string[],
): NeededImages {
  const { vms } = meaningOf(set, inventory, target, only);
  const methods = vms.flatMap((vm) =>
    vm.disks.flatMap(({ method }) => (method === null ? [] : [{ method }])),
  );
  const [plugins, converter, hooks] = [pluginImages(vms), converterImage(set, vms), usedHooks(set, vms)];
  const vddk = vddkImages({ source: sourceRef(set.source), disks: methods });
  const converters = converter === null ? [] : [converter];
  const images = [...[...plugins, ...converters].map(({ image }) => image), ...vddk];
  const accounts = neededAccounts(set, hooks, images);
  return { plugins, converter, hooks: hooks.map(imageOfHook), vddk, accounts };
}

/** Those VMs of a plan that were not migrated before, each with its place in the plan; `only` as in {@link chooseVms}. */
export function chosenToMigrate(
  set: ManifestSet,
  inventory: SourceInventory,
  target: TargetInventory,
  only?: readonly string[],
): ChosenVm[] {
  return meaningOf(set, inventory, target, only).vms.map(({ chosen }) => chosen);
}

/** What a plan says, at this source and this target: which VMs are meant, which of them are done, where each disk goes. */
function meaningOf(
  set: ManifestSet,
  inventory: SourceInventory,
  target: TargetInventory,
  only?: readonly string[],
) {
  const choice = chooseVms(set, inventory.refs, only);
  const joined = joinDetails(set, choice.chosen, inventory);
  const { vcenterUuid } = inventory;
  const sifted = siftMigrated(set, { planned: joined.vms, lost: choice.lost, vcenterUuid }, target.earlier);
  const { migrated } = sifted;
  // An entry that only a VM needs that was migrated before means something still.
  const storage = mapDatastores(set, inventory.datastores, joined.vms, target);
  const networks = mapNetworks(set, inventory.networks, joined.vms);
  const problems = [
    ...choice.problems.filter((problem) => !sifted.excused.has(problem)),
    ...joined.problems,
    ...sifted.problems,
    ...storage.problems,
    ...networks.problems,
  ];
  const { mapping } = storage;
  const shared = findShared(joined.vms, inventory, { set, mapping, migrated });
  const decided = decideDisks(joined.vms, { mapping, shared });
  const vms = decided.filter(({ chosen }) => !migrated.has(chosen.index));
  return { vms, all: decided, migrated, networks: networks.mapping, problems };
}

/**
 * What is wrong besides where Drover may not read or use the Secrets of Providers: without a login a source is not looked
 * at. `target` is null where its Secret is among them.
 */
export function checkWithoutLogins(
  set: ManifestSet,
  missing: readonly MissingRights[],
  target: TargetInventory | null,
): Problem[] {
  const atTarget =
    target === null ? [] : [...checkTarget(set, target), ...checkPluginSecrets(set, null, target)];
  return [...checkRights(set, missing), ...atTarget];
}

/** `only` as in {@link chooseVms}. */
export function resolvePlan(
  set: ManifestSet,
  inventory: SourceInventory,
  target: TargetInventory,
  only?: readonly string[],
): ResolvedPlan {
  const { vms: planned, all, migrated, networks, ...meaning } = meaningOf(set, inventory, target, only);
  const { notes, vcenterUuid } = inventory;
  const hosts = usableHosts(set, inventory);
  const surroundings = { set, networks, target, vcenterUuid, hosts, ...(notes !== undefined && { notes }) };
  const { names, problems: nameless } = nameObjects(planned, surroundings);
  const context = { ...surroundings, names };
  const problems = [
    ...checkTarget(set, target),
    ...meaning.problems,
    ...(isUnread(target, null, ...STORAGE_RIGHTS) ? [] : checkDatastores(set, planned)),
    ...checkImages(set, planned, target.images ?? NO_IMAGES),
    ...checkAccounts(set, planned, target),
    ...checkNetworks(set, planned, networks, target),
    ...checkTransferNetwork(set, target),
    ...checkRootDisks(set, planned),
    ...checkNotes(set, inventory),
    ...checkInstanceTypes(set, planned, target),
    ...checkPreferences(set, planned, target),
    ...checkScratch(set, planned, target),
    ...checkVddk(set, planned, target),
    ...checkVddkConfig(set, planned, target),
    ...checkPluginSecrets(set, usedEntries(planned), target),
    ...checkHosts(set, planned, inventory),
    ...checkVms(planned, { ...context, source: inventory }),
    ...checkSharingGroups(set, all),
    ...nameless,
  ];
  const frozen = refuses(problems) ? [] : planned.map((one) => freezeVm(one, context));
  problems.push(
    ...frozen.flatMap((vm, place) => checkFrozen(vm, entryAt(set, planned[place]!.chosen.index))),
  );
  const { maxConcurrentVms } = set.plan.spec.drover;
  const wave = readWave(set.plan, '');
  const frame = { maxConcurrentVms, wave: wave.rules };
  if (!refuses(problems)) problems.push(...checkStarts(set, { planned, migrated }, wave));
  if (refuses(problems)) return { problems, vms: [], migrated: [], entries: [], ...frame };
  const entries = withSharing(sharingRoles(all), withRoles(wave, inPlanOrder(planned, frozen, migrated)));
  return { problems, vms: frozen, migrated: [...migrated.values()], entries, ...frame };
}

function inPlanOrder(
  planned: readonly DecidedVm[],
  frozen: readonly FrozenVm[],
  migrated: ReadonlyMap<number, MigratedVm>,
): PlanEntry[] {
  const fresh = planned.map(({ chosen }, place) => ({ place: chosen.index, vm: frozen[place]! }));
  const before = [...migrated].map(([place, vm]) => ({ place, migrated: vm }));
  return [...fresh, ...before].sort((one, other) => one.place - other.place);
}

/** Whoever was migrated before starts no more. */
function checkStarts(
  set: ManifestSet,
  { planned, migrated }: { planned: readonly DecidedVm[]; migrated: ReadonlyMap<number, MigratedVm> },
  wave: ReadWave,
): Problem[] {
  if (wave.rules === null) return [];
  const fresh = planned.map(({ chosen }) => chosen.index);
  const roles = rolesOf(wave, [...fresh, ...migrated.keys()]);
  for (const place of migrated.keys()) roles.delete(place);
  return checkSharingOrder(set, planned, { rules: wave.rules, roles });
}

function withSharing(roles: ReadonlyMap<string, SharingRole>, entries: PlanEntry[]): PlanEntry[] {
  return entries.map((entry) => {
    const sharing = roles.get(('vm' in entry ? entry.vm.vm : entry.migrated.vm).moref);
    return sharing === undefined ? entry : { ...entry, sharing };
  });
}

function withRoles(wave: ReadWave, entries: PlanEntry[]): PlanEntry[] {
  if (wave.rules === null) return entries;
  const roles = rolesOf(
    wave,
    entries.map(({ place }) => place),
  );
  return entries.map((entry) => {
    const { moref } = 'vm' in entry ? entry.vm.vm : entry.migrated.vm;
    return { ...entry, role: { moref, ...roles.get(entry.place)! } };
  });
}
