/** Looks at what a cluster has, whatever a login may see of it. */
import { z } from 'zod';
import { inParallel } from '../../activities/in-parallel';
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import { CdiConfigs } from '../../activities/kubernetes/admission/cdi-config';
import { VddkImages } from '../../activities/kubernetes/admission/vddk-images';
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { isMissing, isStatus } from '../../activities/kubernetes/api/errors';
import { NODES, SERVICE_ACCOUNTS } from '../../activities/kubernetes/api/kinds';
import { KVM_DEVICE } from '../../activities/kubernetes/objects/kvm-device';
import { readStorage } from '../../activities/kubernetes/target/inventory';
import { CdiSchemas } from '../../activities/kubernetes/volumes/cdi';
import type { TargetStorageClass } from '../../plan/inventory';
import { parseQuantity } from '../../plan/quantity';
import {
  type ClusterFacts,
  EXPECTED_GROUPS,
  type ExpectedGroup,
  type NodeFacts,
  type OperatorFacts,
} from '../facts';
import { CDIS, KUBEVIRTS, SELF_REVIEWS } from '../kinds';
import { known, look } from '../reading';
import { userOf } from './rights';

export interface ClusterQuestion {
  server: string;
  version: string;
  /** Of the workers. */
  account: { namespace: string; name: string };
  cdiNamespace: string;
}

export async function readCluster(cluster: Cluster, question: ClusterQuestion): Promise<ClusterFacts> {
  const { api } = cluster;
  const { account, cdiNamespace, server, version } = question;
  const [login, skewSeconds, kinds, nodes, cdi, cdiFeatures, kubevirt, classes, vddkImage, exists] =
    await Promise.all([
      look(() => whoAsks(api)),
      look(() => readSkew(api)),
      look(() => readKinds(api)),
      look(() => readNodes(api)),
      look(() => readCdi(api)),
      look(() => new CdiSchemas().find(cluster)),
      look(() => readKubevirt(api)),
      look(() => readClasses(cluster)),
      look(async () =>
        z
          .string()
          .nullable()
          .parse(await new VddkImages(cdiNamespace).of(cluster)),
      ),
      look(async () => (await api.findMetadata(SERVICE_ACCOUNTS, account)) !== null),
    ]);
  // It may not look at itself.
  const isSelf = login.known && login.value === userOf(account);
  const worker = { ...account, exists: isSelf ? known(true) : exists };
  return {
    server,
    version,
    login,
    skewSeconds,
    kinds,
    nodes,
    cdi,
    cdiFeatures,
    kubevirt,
    classes,
    vddkImage,
    worker,
  };
}

const classSchema = z.looseObject({ name: z.string(), provisioner: z.string() });

async function readClasses(cluster: Cluster): Promise<readonly TargetStorageClass[]> {
  const { storageClasses } = await readStorage(cluster, new CdiConfigs());
  z.array(classSchema).parse(storageClasses);
  return storageClasses;
}

async function whoAsks(api: ApiClient): Promise<string> {
  const { apiVersion, kind } = SELF_REVIEWS;
  const { status } = await api.review(SELF_REVIEWS, { apiVersion, kind }, () => false);
  return z.string().parse(status?.userInfo?.username);
}

/** Whole seconds that the server's clock is certainly ahead (negative: behind), however long its answer took. */
async function readSkew(api: ApiClient): Promise<number | null> {
  const asked = Date.now();
  const theirs = Date.parse((await api.date()) ?? '');
  const answered = Date.now();
  if (Number.isNaN(theirs)) return null;
  // It tells whole seconds: its clock may be almost one further.
  const ahead = Math.floor(Math.max(0, theirs - answered) / 1000);
  const behind = Math.floor(Math.max(0, asked - (theirs + 999)) / 1000);
  return ahead - behind;
}

async function readKinds(api: ApiClient): Promise<Record<ExpectedGroup, string[] | null>> {
  const groups = Object.entries(EXPECTED_GROUPS);
  const found = await inParallel(groups, groups.length, ([, version]) => api.plurals(version));
  return Object.fromEntries(groups.map(([group], index) => [group, found[index]])) as Record<
    ExpectedGroup,
    string[] | null
  >;
}

const nodeSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ unschedulable: z.boolean().optional() }).optional(),
  status: z
    .object({
      allocatable: z.record(z.string(), z.unknown()).optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
      nodeInfo: z.object({ containerRuntimeVersion: z.string() }).optional(),
    })
    .optional(),
});

const [KVM = ''] = Object.keys(KVM_DEVICE);

async function readNodes(api: ApiClient): Promise<NodeFacts[]> {
  const { items } = await api.list(NODES);
  return z
    .array(nodeSchema)
    .parse(items)
    .map(({ metadata: { name }, spec, status }) => ({
      name,
      isReady: status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true,
      isSchedulable: spec?.unschedulable !== true,
      hasKvm: (parseQuantity(String(status?.allocatable?.[KVM] ?? 0)) ?? 0) > 0,
      runtime: status?.nodeInfo?.containerRuntimeVersion ?? '',
    }));
}

const cdiSchema = z.object({ phase: z.string().optional(), observedVersion: z.string().optional() });

async function readCdi(api: ApiClient): Promise<OperatorFacts> {
  const [object] = (await unlessMissing(() => api.list(CDIS, { limit: 1 })))?.items ?? [];
  const { phase, observedVersion } = cdiSchema.parse(object?.status ?? {});
  return { phase: phase ?? null, version: observedVersion ?? null };
}

const kubevirtSchema = z.object({
  phase: z.string().optional(),
  observedKubeVirtVersion: z.string().optional(),
});

/** Where virt-api says its version to every login, as `virtctl version` asks (KubeVirt 1.6, pkg/virt-api/rest). */
const KUBEVIRT_VERSION = '/apis/subresources.kubevirt.io/v1/version';

/** Who may not list its object may still ask for its version. */
async function readKubevirt(api: ApiClient): Promise<OperatorFacts> {
  const version = await unlessMissing(() => api.version(KUBEVIRT_VERSION));
  const { phase, observedKubeVirtVersion } = kubevirtSchema.parse(
    (await readKubevirtStatus(api, version !== null)) ?? {},
  );
  return { phase: phase ?? null, version: version ?? observedKubeVirtVersion ?? null };
}

async function readKubevirtStatus(api: ApiClient, mayLack: boolean): Promise<unknown> {
  try {
    return (await unlessMissing(() => api.list(KUBEVIRTS, { limit: 1 })))?.items[0]?.status;
  } catch (error) {
    if (mayLack && isStatus(error, 403)) return undefined;
    throw error;
  }
}

/** Null where the cluster does not know what is asked for. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
