/** Asks a target namespace and its nodes whether they allow the Pods of a migration, before any of them is made. */
import { type FrozenVm, mayImport } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { settleAll } from '../../../plan/settle-all';
import { type Quota, shortages, shortageText } from '../../../plan/quota';
import { failure } from '../../failure';
import type { CdiConfigs } from './cdi-config';
import type { Cluster } from '../access/clusters';
import { type FuturePod, type FuturePods, futurePods } from './future-pods';
import { RESOURCE_QUOTAS, VOLUME_CLAIMS } from '../api/kinds';
import { ownedBy } from '../api/ownership';
import type { LauncherLimits } from '../objects/launcher-pod';
import { launcherLimits } from './launcher-limits';
import type { NodeRoom } from './node-room';
import { type AdmittedPods, demandOf, quotaOf } from './pod-demand';
import type { PodTrials } from './pod-trials';
import type { VddkImages } from './vddk-images';

export interface PodRules {
  trials: PodTrials;
  nodes: NodeRoom;
  configs: CdiConfigs;
  vddkImages: VddkImages;
  /** Image of a container that does nothing. */
  binderImage: string;
}

/** @throws PodRefused, NoNodeFits, QuotaExceeded */
export async function requirePods(cluster: Cluster, vm: FrozenVm, rules: PodRules): Promise<void> {
  const quotas = await quotasOf(cluster, vm);
  const limits = await launcherLimits(cluster, vm.namespace, quotas);
  const future = await futureOf(cluster, vm, limits, rules);
  const made = vm.adopt === true ? await claimsOf(cluster, vm) : [];
  const demand = demandOf(vm, await admittedPods(cluster, future, rules), made);
  const [first] = shortages(quotas, demand);
  if (first !== undefined) throw failure('QuotaExceeded', shortageText(first));
}

/** Names of those that an unfinished run has left. */
async function claimsOf({ api }: Cluster, vm: FrozenVm): Promise<string[]> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vmRef(vm)) };
  return (await api.list(VOLUME_CLAIMS, where)).items.map(({ metadata }) => metadata?.name ?? '');
}

/** @throws PodRefused, NoNodeFits, QuotaExceeded */
async function admittedPods(cluster: Cluster, future: FuturePods, rules: PodRules): Promise<AdmittedPods> {
  const admitted = (pods: readonly FuturePod[]) => rules.trials.admitted(cluster, pods);
  const [volumes, copy, convert, hooks] = await settleAll([
    admitted(future.volumes),
    admitted(future.copy),
    admitted(future.convert),
    admitted(future.hooks),
  ]);
  // Last, so that refusals which a plan can mend come first.
  const run = await admitted(future.run);
  await requireNodes(cluster, [volumes, copy, convert, hooks, run].flat(), rules);
  const podsOf = (pods: readonly FuturePod[]) => pods.map(({ pod }) => pod);
  return {
    volumes: podsOf(volumes),
    copy: podsOf(copy),
    convert: podsOf(convert),
    hooks: podsOf(hooks),
    run: podsOf(run),
  };
}

/**
 * @param admitted the Pods with all that the namespace has added to them
 * @throws NoNodeFits
 */
export function requireNodes(
  cluster: Cluster,
  admitted: readonly FuturePod[],
  { nodes }: PodRules,
): Promise<void> {
  // CDI's configuration decides on which nodes importers run.
  return nodes.require(
    cluster,
    admitted.filter(({ purpose }) => purpose !== 'importer'),
  );
}

/** The Pods of a VM's migration. Reads first how CDI on the target makes its Pods. */
export async function futureOf(
  cluster: Cluster,
  vm: FrozenVm,
  limits: LauncherLimits,
  { binderImage, configs, vddkImages }: PodRules,
): Promise<FuturePods> {
  const imports = vm.disks.some(({ method }) => mayImport(method));
  if (!imports) return futurePods(vm, { binderImage, cdi: null, vddkImage: null, limits });
  const [cdi, vddkImage] = await Promise.all([
    configs.of(cluster),
    vm.source.vddkImage ?? vddkImages.of(cluster),
  ]);
  return futurePods(vm, { binderImage, cdi, vddkImage, limits });
}

/** The quotas, read live: other migrations use them up, too. */
export async function quotasOf({ api }: Cluster, { namespace }: { namespace: string }): Promise<Quota[]> {
  return (await api.list(RESOURCE_QUOTAS, { namespace })).items.map(quotaOf);
}
