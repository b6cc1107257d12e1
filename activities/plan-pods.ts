/** What Pods of a plan are to run, and as whom: asked of registries and of the target before a Pod is made. */
import { type CheckedImages, NO_IMAGES } from '../plan/images';
import type { TargetInventory } from '../plan/inventory';
import type { ManifestSet } from '../plan/manifest-set';
import { DEFAULT_ACCOUNT } from '../plan/pod-accounts';
import { targetRef } from '../plan/provider-refs';
import type { NeededImages } from '../plan/resolve';
import type { Cluster, Clusters } from './kubernetes/access/clusters';
import { lookAtAccount } from './kubernetes/access/pod-accounts';
import { clusterFailure } from './kubernetes/api/errors';
import { checkImages, type RegistrySettings } from './registry/check-images';

interface Dependencies {
  clusters: Pick<Clusters, 'target'>;
  registries: RegistrySettings;
}

interface PodsOfPlan {
  set: ManifestSet;
  target: Pick<TargetInventory, 'missingRights' | 'namespaceConsents'>;
  needed: NeededImages;
  /** Found out before; null: registries are asked now. */
  images: CheckedImages | null;
  signal: AbortSignal;
}

interface Found extends Pick<TargetInventory, 'lackingAccounts'> {
  images: CheckedImages;
}

/** Without the rights or the leave to, which are problems of their own, nothing is asked. */
export async function lookAtPods({ clusters, registries }: Dependencies, pods: PodsOfPlan): Promise<Found> {
  const { images, set, target } = pods;
  if (target.missingRights.length > 0 || !target.namespaceConsents) return { images: images ?? NO_IMAGES };
  try {
    const cluster = await clusters.target(targetRef(set.target));
    const lackingAccounts = await lookAtAccounts(cluster, registries, pods);
    const isLent = (account: string) => !Object.hasOwn(lackingAccounts, account);
    return { images: images ?? (await lookAtImages(cluster, registries, pods, isLent)), lackingAccounts };
  } catch (error) {
    throw clusterFailure(error);
  }
}

async function lookAtAccounts(
  cluster: Cluster,
  { allowed }: RegistrySettings,
  { set, needed: { accounts } }: PodsOfPlan,
): Promise<NonNullable<TargetInventory['lackingAccounts']>> {
  const looked = await Promise.all(
    accounts.map(async (account) => ({
      name: account.name,
      lacks: await lookAtAccount(cluster, set.plan.spec.targetNamespace, account, allowed),
    })),
  );
  return Object.fromEntries(looked.flatMap(({ name, lacks }) => (lacks === null ? [] : [[name, lacks]])));
}

/** Who does not lend an account does not lend the logins of its pull secrets, either. */
function lookAtImages(
  cluster: Cluster,
  settings: RegistrySettings,
  { set, needed, signal }: PodsOfPlan,
  isLent: (account: string) => boolean,
): Promise<CheckedImages> {
  const { drover, serviceAccount = DEFAULT_ACCOUNT, targetNamespace } = set.plan.spec;
  const { converter, hooks, plugins } = needed;
  const images = [...plugins, ...(converter === null ? [] : [converter]), ...hooks];
  return checkImages({
    cluster,
    namespace: targetNamespace,
    account: serviceAccount,
    wanted: images.filter(({ account = serviceAccount }) => isLent(account)),
    unasked: needed.vddk,
    registryCa: drover.registryCa === '' ? null : drover.registryCa,
    settings,
    signal,
  });
}
