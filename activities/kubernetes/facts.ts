/** What resolving a plan needs to know about its target cluster, in as few requests as its questions. */
import {
  accessModeSchema,
  type TargetFacts,
  type TargetStorageClass,
  volumeModeSchema,
} from '../../plan/inventory';
import type { CdiSchemas } from './cdi';
import type { Cluster } from './clusters';
import { isMissing } from './errors';
import {
  type ApiObject,
  CDI_CONFIGS,
  type CdiConfig,
  DATA_VOLUMES,
  type Kind,
  NAMESPACES,
  NETWORK_ATTACHMENTS,
  SECRETS,
  STORAGE_CLASSES,
  STORAGE_PROFILES,
  type StorageClass,
  type StorageProfile,
  VIRTUAL_MACHINES,
} from './kinds';
import { LABELS } from './ownership';
import type { RightsReviews } from './rights';
import type { VddkImages } from './vddk-images';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_VIRT_CLASS = 'storageclass.kubevirt.io/is-default-virt-class';
/** CDI has exactly one. */
const CDI_CONFIG = 'config';

export interface FactsQuestion {
  plan: { namespace: string; name: string };
  /** The target namespace. */
  namespace: string;
  /** Null where CDI's own VDDK image is not asked for. */
  vddkImages: VddkImages | null;
  schemas: CdiSchemas;
  /** Whether networks beside the Pod's own are asked for. */
  networkAttachments: boolean;
  /** Secrets that must be in the target namespace, by name. */
  secrets: readonly string[];
  rights: RightsReviews;
}

export async function readTargetFacts(cluster: Cluster, question: FactsQuestion): Promise<TargetFacts> {
  const { api } = cluster;
  const { namespace } = question;
  const [classes, profiles, imports, config, attachments, machines, ns, vddk, missing, rights] =
    await Promise.all([
      api.list(STORAGE_CLASSES),
      listed(cluster, STORAGE_PROFILES),
      question.schemas.find(cluster),
      api.find(CDI_CONFIGS, { name: CDI_CONFIG }),
      question.networkAttachments ? listed(cluster, NETWORK_ATTACHMENTS) : null,
      listed(cluster, VIRTUAL_MACHINES, namespace),
      api.find(NAMESPACES, { name: namespace }),
      question.vddkImages?.of(cluster) ?? null,
      missingSecrets(cluster, namespace, question.secrets),
      question.rights.missing(cluster, namespace),
    ]);
  return {
    storageClasses: storageClasses(classes.items, profiles ?? []),
    filesystemOverhead: overheads(config),
    networkAttachments: (attachments ?? []).map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`),
    takenVmNames: (machines ?? [])
      .filter((vm) => !isOfPlan(vm, question.plan))
      .map(({ metadata }) => metadata?.name ?? ''),
    namespaceExists: ns !== null,
    clusterVddkImage: vddk,
    missingCrds: [
      ...(imports === null ? [DATA_VOLUMES] : []),
      ...(profiles === null ? [STORAGE_PROFILES] : []),
      ...(machines === null ? [VIRTUAL_MACHINES] : []),
    ].map(({ plural, apiVersion }) => `${plural}.${apiVersion.split('/')[0]}`),
    missingSecrets: missing,
    missingRights: rights,
  };
}

async function missingSecrets({ api }: Cluster, namespace: string, names: readonly string[]) {
  const found = await Promise.all(names.map((name) => api.exists(SECRETS, { name, namespace })));
  return names.filter((_, index) => !found[index]);
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

function isOfPlan({ metadata }: ApiObject, plan: FactsQuestion['plan']): boolean {
  const labels = metadata?.labels ?? {};
  return labels[LABELS.plan] === plan.name && labels[LABELS.planNamespace] === plan.namespace;
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

/** Text in CDI, fractions for us; what is no number is left to the default. */
function overheads(config: CdiConfig | null): Record<string, number> {
  const { global, storageClass = {} } = config?.status?.filesystemOverhead ?? {};
  const entries = Object.entries({ ...storageClass, ...(global === undefined ? {} : { global }) });
  return Object.fromEntries(
    entries.map(([name, text]) => [name, Number(text)] as const).filter(([, part]) => !Number.isNaN(part)),
  );
}
