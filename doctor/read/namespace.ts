/** Looks at the namespace that VMs are to be migrated to. */
import { z } from 'zod';
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import { isGoing } from '../../activities/kubernetes/api/going';
import { NAMESPACES } from '../../activities/kubernetes/api/kinds';
import type { TargetStorageClass } from '../../plan/inventory';
import type { ClusterFacts, NamespaceFacts } from '../facts';
import { look, mapReading, type Reading } from '../reading';
import { sampleVm } from '../sample-vm';
import { isAllowed, ownRights, rightsOf, userOf } from './rights';
import { tryPods } from './trials';

export interface NamespaceQuestion {
  name: string;
  facts: ClusterFacts;
  /** Of Pods that are tried, and do nothing. */
  binderImage: string;
  conversionImage: string;
  vddkImage: string | null;
}

export async function readNamespace(cluster: Cluster, question: NamespaceQuestion): Promise<NamespaceFacts> {
  const { name, facts } = question;
  const object = await look(() => readObject(cluster, name));
  // Where there is none, every answer would be about that alone.
  const isThere = !object.known || (object.value !== null && !object.value.isEnding);
  const [own, worker, trials, mayUseNonroot] = await Promise.all([
    look(() => ownRights(cluster, name)),
    workerRights(cluster, name, facts),
    isThere ? tryPods(cluster, sample(question), question.binderImage) : [],
    nonroot(cluster, name, facts),
  ]);
  return { name, object, ownRights: own, workerRights: worker ?? own, trials, mayUseNonroot };
}

const metadataSchema = z.object({ labels: z.record(z.string(), z.string()).optional() });

async function readObject(
  { api }: Cluster,
  name: string,
): Promise<{ labels: Record<string, string>; isEnding: boolean } | null> {
  const found = await api.find(NAMESPACES, { name });
  if (found === null) return null;
  const { labels = {} } = metadataSchema.parse(found.metadata ?? {});
  return { labels, isEnding: isGoing(found) || found.status?.phase === 'Terminating' };
}

/** Null where this login is the account itself: each login may ask what it may do itself. */
async function workerRights(
  { api }: Cluster,
  namespace: string,
  { login, worker }: ClusterFacts,
): Promise<NamespaceFacts['workerRights'] | null> {
  if (login.known && login.value === userOf(worker)) return null;
  return look(() => rightsOf(api, worker, namespace));
}

const CONSTRAINT = {
  verb: 'use',
  group: 'security.openshift.io',
  resource: 'securitycontextconstraints',
  name: 'nonroot-v2',
};

/** Pods of Jobs run as `default`, and a controller makes them: it is this account that counts. */
async function nonroot(
  { api }: Cluster,
  namespace: string,
  { kinds }: ClusterFacts,
): Promise<Reading<boolean | null>> {
  if (!kinds.known || kinds.value.openshift === null) return mapReading(kinds, () => null);
  return look(() => isAllowed(api, { namespace, name: 'default' }, { ...CONSTRAINT, namespace }));
}

function sample({ name, facts, conversionImage, vddkImage }: NamespaceQuestion) {
  const classes: readonly TargetStorageClass[] = facts.classes.known ? facts.classes.value : [];
  const chosen = classes.find(({ isDefault }) => isDefault) ?? classes[0];
  const modes = chosen?.claimPropertySets[0];
  return sampleVm({
    namespace: name,
    storageClass: chosen?.name ?? 'standard',
    volumeMode: modes?.volumeMode ?? 'Filesystem',
    accessMode: modes?.accessModes[0] ?? 'ReadWriteOnce',
    image: conversionImage,
    vddkImage: vddkImage ?? (facts.vddkImage.known ? facts.vddkImage.value : null),
  });
}
