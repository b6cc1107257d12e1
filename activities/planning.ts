/** Reading the world for a plan: manifests, source and target together become frozen VMs. */
import { Context } from '@temporalio/activity';
import { planNameIn } from '../plan/documents';
import { type Earlier, isSame } from '../plan/earlier';
import type { SourceInventory, SourceVm, SourceVmRef } from '../plan/inventory';
import { MOST_PROBLEMS_SHOWN } from '../plan/limits';
import type { FrozenVm } from '../plan/frozen';
import { outlineRow } from '../plan/outline';
import { namesPreferences } from '../plan/preference';
import { cutProblems, formatProblem, type Problem, refuses } from '../plan/problem';
import type { ProviderManifest } from '../plan/manifests/provider';
import { secretRef, sourceRef, targetRef } from '../plan/provider-refs';
import { readSource } from '../plan/read-source';
import { sayRegistered } from '../plan/registered';
import type { CheckedImages } from '../plan/images';
import {
  checkWithoutLogins,
  chosenToMigrate,
  chooseVms,
  imagesOf,
  networkNamespaces,
  type ResolvedPlan,
  resolvePlan as resolve,
} from '../plan/resolve';
import { checkAnswers } from '../plan/resolve/check-answers';
import { namesKeys } from '../plan/resolve/guest-keys';
import { scriptsMap } from '../plan/resolve/guest-scripts';
import { wantedNotes } from '../plan/resolve/source-notes';
import { checkLeftOver } from '../plan/resolve/check-left-over';
import type { ManifestSet } from '../plan/manifest-set';
import { validateManifests } from '../plan/validate-manifests';
import { withXfsImage } from '../plan/xfs-image';
import type {
  InventoryPage,
  InventoryRequest,
  InventoryVm,
  FreezeRequest,
  FrozenPage,
  OutlinePage,
  OutlineRequest,
  PlanningActivities,
  ResolvedPage,
  ResolveRequest,
} from './interfaces';
import { failure } from './failure';
import { readFormerSuccesses } from './former-successes';
import type { CdiSchemas } from './kubernetes/volumes/cdi';
import type { Clusters } from './kubernetes/access/clusters';
import { clusterFailure } from './kubernetes/api/errors';
import { readTargetInventory, type TargetReading } from './kubernetes/target/inventory';
import { gatherUses, type PluginSecret } from './kubernetes/access/plugin-secrets';
import { tryPlan } from './kubernetes/admission/plan-trials';
import type { PodRules } from './kubernetes/admission/pod-rules';
import type { RightsReviews } from './kubernetes/target/rights';
import type { TargetNamespaces } from './kubernetes/access/target-namespaces';
import { checkGuestKeys } from './guest-keys';
import { checkGuestScripts } from './guest-scripts';
import { KeptReadings } from './kept-readings';
import { judgeLeftOvers } from './left-overs';
import { type Outline, outlineFrom } from './outlines';
import { pageOf } from './paging';
import { heartbeating } from './progress';
import { checkLogins, checkSourceLogin, importHanding } from './plan-consents';
import { readHostAccess } from './plan-hosts';
import { lookAtPods } from './plan-pods';
import type { RegistrySettings } from './registry/check-images';
import { listDatastores, listHosts, listAllNetworks, listVmRefs, readVms } from './vsphere/inventory';
import { readPlanSource } from './vsphere/plan-source';
import type { VcenterPool } from './vsphere/pool';
import { readSourceNow } from './vsphere/source-now';
import type { Vim } from './vsphere/session';

const PLAN_PAGE_BYTES = 400 * 1024;
const INVENTORY_PAGE_BYTES = 200 * 1024;
/** VMs that are read in full for one page of an inventory; more than fit into it. */
const VMS_PER_READ = 400;

export interface PlanningDependencies extends PodRules {
  pool: VcenterPool;
  clusters: Clusters;
  schemas: CdiSchemas;
  rights: RightsReviews;
  namespaces: TargetNamespaces;
  registries: RegistrySettings;
  /** By the worker's operator. */
  registered: readonly ProviderManifest[];
  /** What converts guests with XFS of version 4; null: nothing does. */
  xfsConversionImage: string | null;
}

export function createPlanningActivities(dependencies: PlanningDependencies): PlanningActivities {
  const wholes = new KeptReadings<Whole>();
  const outlines = new KeptReadings<Outline>();
  return {
    resolvePlan: (request) => heartbeating(() => resolvePage(dependencies, wholes, request)),
    outlinePlan: (request) => heartbeating(() => outlinePage(dependencies, outlines, request)),
    freezeVms: (request) => heartbeating(() => freezeVms(dependencies, request)),
    readInventory: (request) => heartbeating(() => readInventory(dependencies, request)),
  };
}

async function resolvePage(
  dependencies: PlanningDependencies,
  wholes: KeptReadings<Whole>,
  request: ResolveRequest,
): Promise<ResolvedPage> {
  const { manifests, only, again, offset, images } = request;
  const question = { manifests, only, again };
  // Whoever brings images wants these, and a reading of others may be kept.
  const isFirst = offset === 0 || images !== undefined;
  const whole = await wholes.get(question, isFirst, () => resolveWhole(dependencies, request));
  const page = pageFrom(whole, offset);
  if (page.next === null) wholes.forget(question);
  return page;
}

function pageFrom({ plan, problems, resolved, images }: Whole, offset: number): ResolvedPage {
  if (resolved === null) {
    const nothing = { vms: [], migrated: [], total: 0, next: null };
    return { plan, problems, ...nothing, maxConcurrentVms: 1 };
  }
  const { items, next } = pageOf(resolved.entries, offset, PLAN_PAGE_BYTES);
  return {
    plan,
    problems,
    vms: items.flatMap((entry) => ('vm' in entry ? [entry.vm] : [])),
    migrated: items.flatMap((entry) => ('vm' in entry ? [] : [entry.migrated])),
    total: resolved.entries.length,
    toMigrate: resolved.vms.length,
    next,
    maxConcurrentVms: resolved.maxConcurrentVms,
    ...(resolved.wave !== null && {
      wave: resolved.wave,
      roles: items.flatMap(({ role }) => (role === undefined ? [] : [role])),
    }),
    images,
  };
}

async function outlinePage(
  dependencies: PlanningDependencies,
  outlines: KeptReadings<Outline>,
  request: OutlineRequest,
): Promise<OutlinePage> {
  const { after, ...question } = request;
  const outline = await outlines.get(question, after === null, () => outlinePlan(dependencies, request));
  const page = outlineFrom(outline, after);
  if (page.next === null) outlines.forget(question);
  return page;
}

async function outlinePlan(dependencies: PlanningDependencies, request: OutlineRequest): Promise<Outline> {
  const { plan, problems, resolved, images, vcenterUuid } = await resolveWhole(dependencies, request);
  return {
    plan,
    problems,
    maxConcurrentVms: resolved?.maxConcurrentVms ?? 1,
    ...(resolved?.wave != null && { wave: resolved.wave }),
    vcenterUuid,
    rows: (resolved?.entries ?? []).map((entry) => outlineRow(entry, request.again ?? [])),
    ...(images !== undefined && { images }),
  };
}

async function freezeVms(dependencies: PlanningDependencies, request: FreezeRequest): Promise<FrozenPage> {
  const { problems, resolved } = await resolveWhole(dependencies, request);
  return { problems, vms: resolved?.vms ?? [], migrated: resolved?.migrated ?? [] };
}

type WholeRequest = Pick<ResolveRequest, 'manifests' | 'only' | 'again' | 'images' | 'triesTarget'>;

interface Whole {
  plan: ResolvedPage['plan'];
  problems: Problem[];
  /** Null where the plan is refused before its VMs are looked at. */
  resolved: ResolvedPlan | null;
  images?: CheckedImages;
  /** Empty where the source was not asked. */
  vcenterUuid: string;
}

async function resolveWhole(dependencies: PlanningDependencies, request: WholeRequest): Promise<Whole> {
  const { registered, xfsConversionImage } = dependencies;
  const read = validateManifests(request.manifests, registered);
  if (read.set === null) return refusal(planNameIn(request.manifests), read.problems);
  const { set, problems: imageless } = withXfsImage(read.set, xfsConversionImage);
  const whole = await resolveSet(dependencies, set, request);
  const found = whole.problems.map(sayRegistered(registered, set));
  const problems = cutProblems([...read.problems, ...imageless, ...found]);
  return refuses(imageless) ? refusal(whole.plan, problems) : { ...whole, problems };
}

async function resolveSet(
  dependencies: PlanningDependencies,
  set: ManifestSet,
  request: WholeRequest,
): Promise<Whole> {
  const plan = { namespace: set.plan.metadata.namespace, name: set.plan.metadata.name };
  const unread = await missingLogins(dependencies, set);
  const refusals = await checkLogins(dependencies.clusters.secrets, set, unread);
  if (refusals.all.length > 0 || unread.all.length > 0) {
    const isUnread = refusals.target || unread.target.length > 0;
    const reading = isUnread ? null : await readTarget(dependencies, set);
    const found = checkWithoutLogins(set, unread.all, reading?.inventory ?? null);
    return refusal(plan, [...refusals.all, ...found]);
  }
  const [seen, reading] = await Promise.all([
    use(dependencies, sourceRef(set.source), (vim) =>
      readPlanSource(
        vim,
        (refs) => chooseVms(set, refs, request.only).chosen.map(({ moref }) => moref),
        wantedNotes(set),
      ),
    ),
    readTarget(dependencies, set),
  ]);
  const inventory = await withHosts(dependencies, set, seen);
  const target = reading.inventory;
  const known = { ...target, earlier: await readEarlier(reading, { set, inventory, request }) };
  const needed = imagesOf(set, inventory, known, request.only);
  const { images, ...accounts } = await lookAtPods(dependencies, {
    ...{ set, target, needed },
    images: request.images ?? null,
    signal: Context.current().cancellationSignal,
  });
  const resolved = resolve(set, inventory, { ...known, images, ...accounts }, request.only);
  const given = [...needed.plugins.map(({ image }) => image), ...needed.vddk];
  const handed = await checkSourceLogin(dependencies.clusters.secrets, set, given);
  const isLentMore = namesKeys(set) || scriptsMap(set) !== null;
  const chosen = isLentMore ? chosenToMigrate(set, inventory, known, request.only) : [];
  const keyless = await checkGuestKeys(dependencies, set, chosen);
  const scriptless = await checkGuestScripts(dependencies, set, chosen.length);
  const withheld = [...(handed === null ? [] : [handed]), ...keyless, ...scriptless];
  if (withheld.length > 0) return refusal(plan, [...withheld, ...resolved.problems]);
  const refused =
    request.triesTarget === true ? await tryTarget(dependencies, set, { resolved, reading }) : [];
  const problems = [...resolved.problems, ...refused];
  if (refuses(refused)) return refusal(plan, problems);
  return { plan, problems, resolved, images, vcenterUuid: inventory.vcenterUuid };
}

/** With what the plan's Hosts say to their logins. */
async function withHosts(
  { pool }: PlanningDependencies,
  set: ManifestSet,
  inventory: SourceInventory,
): Promise<SourceInventory> {
  if (set.hosts.length === 0) return inventory;
  const signal = Context.current().cancellationSignal;
  const hostAccess = await readHostAccess(pool, set, { inventory, handing: importHanding(set), signal });
  return { ...inventory, hostAccess };
}

/** Nothing where the plan is refused already: none of its VMs is frozen. */
async function tryTarget(
  dependencies: PlanningDependencies,
  set: ManifestSet,
  { resolved, reading }: { resolved: ResolvedPlan; reading: TargetReading },
): Promise<Problem[]> {
  const isBegun = ({ vcenterUuid, vm }: FrozenVm) =>
    reading.formers.some((former) => isSame(former, { vcenterUuid, moref: vm.moref }));
  try {
    const cluster = await dependencies.clusters.target(targetRef(set.target));
    const answers = await tryPlan(cluster, resolved.vms, isBegun, dependencies);
    const readSource = (vm: FrozenVm) => use(dependencies, vm.source, (vim) => readSourceNow(vim, vm));
    const left = await judgeLeftOvers(cluster, resolved.vms.filter(isBegun), readSource);
    return [...checkAnswers(set, answers), ...checkLeftOver(set, left)];
  } catch (error) {
    throw clusterFailure(error);
  }
}

function refusal(plan: Whole['plan'], problems: Problem[]): Whole {
  return { plan, problems, resolved: null, vcenterUuid: '' };
}

interface EarlierQuestion {
  set: ManifestSet;
  inventory: SourceInventory;
  request: WholeRequest;
}

/** What may not be read is not looked for: the rights that are missing are a problem already. */
async function readEarlier(
  { inventory: found, formers: targets }: TargetReading,
  { set, inventory, request }: EarlierQuestion,
): Promise<Earlier> {
  const again = request.again ?? [];
  if (found.missingRights.length > 0 || !found.namespaceConsents || !found.namespaceExists)
    return { targets: [], successes: [], again };
  const { vcenterUuid } = inventory;
  const unsure = Object.keys(inventory.vms)
    .map((moref) => ({ vcenterUuid, moref }))
    .filter((vm) => !targets.some((former) => isSame(former, vm) && former.standing === 'finished'));
  return { targets, successes: await readFormerSuccesses(unsure, targetRef(set.target).url), again };
}

/** What the worker's account lacks in its own cluster to read the Secrets of the plan's Providers and Hosts. */
async function missingLogins({ clusters, rights }: PlanningDependencies, set: ManifestSet) {
  const { url, secret } = targetRef(set.target);
  // Read in any case: the right is asked for only where that fails.
  const lacking = (ref: { namespace: string; name: string }) =>
    clusters.secrets.look(ref).then(
      () => [],
      () => rights.ofSecret(clusters.own, ref),
    );
  try {
    const [source, target, ...ofHosts] = await Promise.all([
      lacking(sourceRef(set.source).secret),
      url === '' || secret === null ? [] : lacking(secret),
      ...set.hosts.map((host) => lacking(secretRef(host))),
    ]);
    const hosts = ofHosts.flat();
    return { source, target, hosts, all: [...source, ...target, ...hosts] };
  } catch (error) {
    throw clusterFailure(error);
  }
}

async function readTarget(
  { clusters, schemas, configs, vddkImages, rights, namespaces, registries }: PlanningDependencies,
  set: ManifestSet,
) {
  const { namespace, name } = set.plan.metadata;
  try {
    return await readTargetInventory(await clusters.target(targetRef(set.target)), {
      plan: { namespace, name },
      place: { namespace: set.plan.spec.targetNamespace, url: set.target.spec.url },
      // CDI's own image matters only where the Provider names none.
      vddkImages: sourceRef(set.source).vddkImage === null ? vddkImages : null,
      looksForClaims: givesClaimNames(set),
      looksForInstanceTypes: set.plan.spec.vms.some(({ instanceType }) => instanceType !== undefined),
      looksForPreferences: namesPreferences(set),
      schemas,
      configs,
      secrets: pluginSecrets(set),
      networkNamespaces: networkNamespaces(set),
      rights,
      namespaces,
      allowed: registries.allowed,
    });
  } catch (error) {
    throw clusterFailure(error);
  }
}

/** Whether a template of the plan makes names that only it tells apart from others. */
function givesClaimNames({ plan: { spec } }: ManifestSet): boolean {
  const templates = [spec, ...spec.vms].map(({ pvcNameTemplate }) => pvcNameTemplate);
  return !spec.pvcNameTemplateUseGenerateName && templates.some((template) => template !== undefined);
}

function pluginSecrets({ storageMap }: ManifestSet): PluginSecret[] {
  const uses = storageMap.spec.map.flatMap(({ destination: { offloadPlugin } }) =>
    offloadPlugin?.secret === undefined ? [] : [{ name: offloadPlugin.secret, image: offloadPlugin.image }],
  );
  return gatherUses(uses);
}

async function readInventory(
  dependencies: PlanningDependencies,
  request: InventoryRequest,
): Promise<InventoryPage> {
  const { source, problems } = readSource(request.manifests, dependencies.registered, request.provider);
  if (source === null)
    throw failure('InvalidInput', cutProblems(problems, MOST_PROBLEMS_SHOWN).map(formatProblem).join('\n'));
  const { kind, offset } = request;
  return use(dependencies, source, async (vim): Promise<InventoryPage> => {
    switch (kind) {
      case 'vms':
        return { kind, ...(await vmPage(vim, offset)) };
      case 'datastores':
        return { kind, ...pageOf(await listDatastores(vim), offset, INVENTORY_PAGE_BYTES) };
      case 'networks':
        return { kind, ...pageOf(await listAllNetworks(vim), offset, INVENTORY_PAGE_BYTES) };
      case 'hosts':
        return { kind, ...pageOf(await listHosts(vim), offset, INVENTORY_PAGE_BYTES) };
    }
  });
}

async function vmPage(vim: Vim, offset: number): Promise<{ items: InventoryVm[]; next: number | null }> {
  const refs = await listVmRefs(vim);
  const wanted: SourceVmRef[] = refs.slice(offset, offset + VMS_PER_READ);
  const vms = await readVms(
    vim,
    wanted.map(({ moref }) => moref),
  );
  const { items, next } = pageOf(vms.map(inventoryVm), 0, INVENTORY_PAGE_BYTES);
  // A VM that went between the two questions is missing from the answer: go on by reference, not by count.
  const lastShown = items.at(-1);
  const shown =
    next === null ? wanted.length : wanted.findIndex(({ moref }) => moref === lastShown?.moref) + 1;
  return { items, next: offset + shown < refs.length ? offset + shown : null };
}

function inventoryVm(vm: SourceVm): InventoryVm {
  return {
    moref: vm.moref,
    name: vm.name,
    inventoryPath: vm.inventoryPath,
    powerState: vm.power.state,
    guestName: vm.guestName,
    firmware: vm.firmware,
    cpus: vm.cpu.count,
    memoryMiB: vm.memoryMiB,
    disks: vm.disks.length,
    capacityBytes: vm.disks.reduce((sum, disk) => sum + disk.capacityBytes, 0),
    host: vm.host.name,
  };
}

function use<T>(
  { pool }: PlanningDependencies,
  source: Parameters<VcenterPool['use']>[0],
  work: (vim: Vim) => Promise<T>,
) {
  return pool.use(source, work, Context.current().cancellationSignal);
}
