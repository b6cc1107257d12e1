/** What resolving a plan needs to know about its target cluster, in as few requests as its questions. */
import type { Place } from '../../../plan/consent';
import type { FormerTarget } from '../../../plan/earlier';
import type { InstanceType } from '../../../plan/instance-type';
import {
  accessModeSchema,
  type ClassCapacity,
  type MissingRights,
  type TakenClaim,
  type TargetInventory,
  type TargetStorageClass,
  volumeModeSchema,
} from '../../../plan/inventory';
import type { TargetPreference } from '../../../plan/preference-requirements';
import { parseQuantity } from '../../../plan/quantity';
import { ROUTE_ANNOTATION } from '../../../plan/transfer-network';
import type { AllowedImages } from '../access/allowed-images';
import type { CdiSchemas } from '../volumes/cdi';
import type { CdiConfigs } from '../admission/cdi-config';
import type { Cluster } from '../access/clusters';
import { isMissing, isStatus } from '../api/errors';
import {
  type ApiObject,
  type CdiConfig,
  DATA_VOLUMES,
  type Kind,
  NETWORK_ATTACHMENTS,
  STORAGE_CAPACITIES,
  STORAGE_CLASSES,
  STORAGE_PROFILES,
  type StorageCapacity,
  type StorageClass,
  type StorageProfile,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../api/kinds';
import { ANY_OF_OURS, LABELS } from '../api/ownership';
import { lookAtPluginSecret, type PluginSecret } from '../access/plugin-secrets';
import { formerTargets } from './former-targets';
import { readInstanceTypes } from './instance-types';
import { readPreferences } from './preferences';
import type { RightsReviews } from './rights';
import { targetCards } from './target-cards';
import type { TargetNamespaces } from '../access/target-namespaces';
import type { VddkImages } from '../admission/vddk-images';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_VIRT_CLASS = 'storageclass.kubevirt.io/is-default-virt-class';

export interface InventoryQuestion {
  plan: { namespace: string; name: string };
  /** The target namespace. */
  place: Place;
  /** Null where the plan does not need to know CDI's own VDDK image. */
  vddkImages: VddkImages | null;
  /** Whether a VM of the plan names an instance type. */
  looksForInstanceTypes: boolean;
  /** Whether the plan has preferences. */
  looksForPreferences: boolean;
  /** Whether the names of other claims matter. */
  looksForClaims: boolean;
  schemas: CdiSchemas;
  configs: CdiConfigs;
  /** Namespaces of the networks that the plan uses beside the Pod network. */
  networkNamespaces: readonly string[];
  /** Secrets that must be in the target namespace. */
  secrets: readonly PluginSecret[];
  rights: RightsReviews;
  allowed: AllowedImages;
  namespaces: TargetNamespaces;
}

export interface TargetReading {
  inventory: TargetInventory;
  /** What earlier migrations have left in the target namespace, of whatever VM. */
  formers: FormerTarget[];
}

export async function readTargetInventory(
  cluster: Cluster,
  question: InventoryQuestion,
): Promise<TargetReading> {
  const { namespace } = question.place;
  const missingRights = await rightsMissingFor(cluster, question);
  const read = missingRights.length === 0 ? asItIs : unlessForbidden;
  const [
    classes,
    profiles,
    capacities,
    imports,
    config,
    attachments,
    machines,
    claims,
    taken,
    types,
    preferences,
    place,
    vddk,
    secrets,
  ] = await Promise.all([
    read(listed(cluster, STORAGE_CLASSES), []),
    read(listed(cluster, STORAGE_PROFILES), []),
    read(listed(cluster, STORAGE_CAPACITIES), []),
    read(question.schemas.find(cluster), undefined),
    read(question.configs.of(cluster), null),
    Promise.all(question.networkNamespaces.map((at) => read(listed(cluster, NETWORK_ATTACHMENTS, at), []))),
    read(listed(cluster, VIRTUAL_MACHINES, namespace), []),
    read(claimsOfOurs(cluster, namespace), []),
    read(question.looksForClaims ? listed(cluster, VOLUME_CLAIMS, namespace) : noClaims, null),
    read(question.looksForInstanceTypes ? readInstanceTypes(cluster, namespace) : noTypes, null),
    read(question.looksForPreferences ? readPreferences(cluster) : noPreferences, null),
    read(lookAtNamespace(cluster, question), { namespaceExists: true, namespaceConsents: true }),
    read(question.vddkImages?.of(cluster) ?? Promise.resolve(null), null),
    read(lookAtSecrets(cluster, question), { missingSecrets: [], unconsentedSecrets: {} }),
  ]);
  const inventory: TargetInventory = {
    storageClasses: storageClasses(classes ?? [], profiles ?? []),
    classCapacities: classCapacities(capacities ?? []),
    filesystemOverhead: overheads(config),
    networkAttachments: attachments
      .flatMap((ofNamespace) => ofNamespace ?? [])
      .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`),
    networkRoutes: routesOf(attachments.flatMap((ofNamespace) => ofNamespace ?? [])),
    takenVmNames: namesOfOthers(machines ?? [], question.plan),
    ...(taken !== null && { takenClaims: taken.map((claim) => takenClaim(claim, question.plan)) }),
    ...(types !== null && { instanceTypes: types }),
    ...(preferences !== null && { preferences }),
    cards: targetCards(machines ?? []),
    ...place,
    clusterVddkImage: vddk,
    ...(imports && { takesVddkConfig: imports.extraArgs }),
    missingCrds: [
      ...(imports === null ? [DATA_VOLUMES] : []),
      ...(profiles === null ? [STORAGE_PROFILES] : []),
      ...(machines === null ? [VIRTUAL_MACHINES] : []),
    ].map(({ plural, apiVersion }) => `${plural}.${apiVersion.split('/')[0]}`),
    ...secrets,
    missingRights,
  };
  return { inventory, formers: formerTargets({ machines: (machines ?? []).filter(isOfDrover), claims }) };
}

/** Classes and overheads alone. */
export async function readStorage(
  cluster: Cluster,
  configs: CdiConfigs,
): Promise<Pick<TargetInventory, 'storageClasses' | 'filesystemOverhead'>> {
  const [classes, profiles, config] = await Promise.all([
    listed(cluster, STORAGE_CLASSES),
    listed(cluster, STORAGE_PROFILES),
    configs.of(cluster),
  ]);
  return {
    storageClasses: storageClasses(classes ?? [], profiles ?? []),
    filesystemOverhead: overheads(config),
  };
}

async function rightsMissingFor(cluster: Cluster, question: InventoryQuestion): Promise<MissingRights[]> {
  const { networkNamespaces, rights, vddkImages } = question;
  const { namespace } = question.place;
  const missing = await Promise.all([
    rights.missing(cluster, namespace),
    ...networkNamespaces.filter((at) => at !== namespace).map((at) => rights.ofNetworks(cluster, at)),
    // Only if this reading fails, Drover asks whether the right is missing.
    vddkImages?.of(cluster).then(
      () => [],
      () => rights.ofCdi(cluster, vddkImages.config),
    ) ?? [],
  ]);
  return missing.flat();
}

const asItIs = <T>(reading: Promise<T>): Promise<T> => reading;

/**
 * Returns `otherwise` for a forbidden reading. The inventory already names the missing rights, and so also says all
 * the rest.
 */
async function unlessForbidden<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isStatus(error, 403)) return otherwise;
    throw error;
  }
}

/** An absent namespace counts as consenting: it has no owner who could agree or refuse. */
async function lookAtNamespace(
  cluster: Cluster,
  { place, namespaces }: InventoryQuestion,
): Promise<Pick<TargetInventory, 'namespaceExists' | 'namespaceConsents' | 'namespaceEnding'>> {
  const found = await namespaces.lookNow(cluster, place);
  return {
    namespaceExists: found !== 'absent',
    namespaceConsents: found !== 'refuses',
    ...(found === 'ending' && { namespaceEnding: true }),
  };
}

async function lookAtSecrets(
  cluster: Cluster,
  { place, secrets, allowed }: InventoryQuestion,
): Promise<Pick<TargetInventory, 'missingSecrets' | 'unconsentedSecrets'>> {
  const looked = await Promise.all(
    secrets.map(async (secret) => ({
      name: secret.name,
      lacks: await lookAtPluginSecret(cluster, place.namespace, secret, allowed),
    })),
  );
  return {
    missingSecrets: looked.filter(({ lacks }) => lacks === 'absent').map(({ name }) => name),
    unconsentedSecrets: Object.fromEntries(
      looked.flatMap(({ name, lacks }) => (lacks === null || lacks === 'absent' ? [] : [[name, lacks]])),
    ),
  };
}

async function claimsOfOurs({ api }: Cluster, namespace: string): Promise<VolumeClaim[]> {
  return (await api.list(VOLUME_CLAIMS, { namespace, labelSelector: ANY_OF_OURS })).items;
}

function isOfDrover({ metadata }: ApiObject): boolean {
  return metadata?.labels?.[ANY_OF_OURS] !== undefined;
}

/** Null where the cluster does not know the kind. */
async function listed<T extends ApiObject>(
  { api }: Cluster,
  kind: Kind<T>,
  namespace?: string,
): Promise<T[] | null> {
  try {
    return (await api.list(kind, { namespace })).items;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** What a network's owner says of the way that copies over it take. */
function routesOf(attachments: readonly ApiObject[]): Record<string, string> {
  return Object.fromEntries(
    attachments.flatMap(({ metadata }) => {
      const route = metadata?.annotations?.[ROUTE_ANNOTATION];
      return route === undefined ? [] : [[`${metadata?.namespace}/${metadata?.name}`, route]];
    }),
  );
}

const noClaims: Promise<VolumeClaim[] | null> = Promise.resolve(null);
const noPreferences: Promise<TargetPreference[] | null> = Promise.resolve(null);
const noTypes: Promise<InstanceType[] | null> = Promise.resolve(null);

function namesOfOthers(objects: readonly ApiObject[], plan: InventoryQuestion['plan']): string[] {
  return objects.filter((object) => !isOfPlan(object, plan)).map(({ metadata }) => metadata?.name ?? '');
}

function takenClaim(claim: VolumeClaim, plan: InventoryQuestion['plan']): TakenClaim {
  const { labels = {}, name = '' } = claim.metadata ?? {};
  const [vcenterUuid, moref] = [labels[LABELS.vcenter], labels[LABELS.vm]];
  const isOwn = isOfPlan(claim, plan) && vcenterUuid !== undefined && moref !== undefined;
  return { name, vm: isOwn ? { vcenterUuid, moref } : null };
}

function isOfPlan({ metadata }: ApiObject, plan: InventoryQuestion['plan']): boolean {
  const labels = metadata?.labels ?? {};
  return labels[LABELS.plan] === plan.name && labels[LABELS.planNamespace] === plan.namespace;
}

/** A driver writes what it likes: what is no quantity says nothing. */
export function classCapacities(objects: readonly StorageCapacity[]): ClassCapacity[] {
  const bytes = (said: unknown) => {
    const read = said === undefined || said === null ? null : parseQuantity(String(said));
    return read !== null && read >= 0 ? read : null;
  };
  return objects.map(({ storageClassName, capacity, maximumVolumeSize }) => ({
    storageClass: storageClassName,
    freeBytes: bytes(capacity),
    largestBytes: bytes(maximumVolumeSize),
  }));
}

function storageClasses(classes: StorageClass[], profiles: StorageProfile[]): TargetStorageClass[] {
  const properties = new Map(
    profiles.map(({ metadata, status }) => [metadata?.name, status?.claimPropertySets]),
  );
  const forVms = classes.some((one) => isMarked(one, DEFAULT_VIRT_CLASS));
  return classes.map((one) => ({
    name: one.metadata?.name ?? '',
    isDefault: isMarked(one, forVms ? DEFAULT_VIRT_CLASS : DEFAULT_CLASS),
    provisioner: one.provisioner,
    bindingMode: one.volumeBindingMode === 'WaitForFirstConsumer' ? 'WaitForFirstConsumer' : 'Immediate',
    claimPropertySets: (properties.get(one.metadata?.name) ?? []).flatMap(
      ({ accessModes = [], volumeMode }) => {
        const mode = volumeModeSchema.options.find((known) => known === (volumeMode ?? 'Filesystem'));
        const access = accessModeSchema.options.filter((known) => accessModes.includes(known));
        return mode === undefined || access.length === 0 ? [] : [{ accessModes: access, volumeMode: mode }];
      },
    ),
  }));
}

function isMarked({ metadata }: StorageClass, annotation: string): boolean {
  return metadata?.annotations?.[annotation] === 'true';
}

/** Fractions of 1; CDI writes them as text. Leaves out text that is no number: the default counts then. */
function overheads(config: CdiConfig | null): Record<string, number> {
  const { global, storageClass = {} } = config?.status?.filesystemOverhead ?? {};
  const entries = Object.entries({ ...storageClass, ...(global === undefined ? {} : { global }) });
  return Object.fromEntries(
    entries.map(([name, text]) => [name, Number(text)] as const).filter(([, part]) => !Number.isNaN(part)),
  );
}
