/**
 * Whether the cluster would admit a Pod: asked by a dry run, as a Pod. The dry run of a Job asks nothing of what is only
 * asked of Pods: quotas, LimitRanges, pod security, OpenShift's SecurityContextConstraints, webhooks.
 */
import { failure } from '../../failure';
import type { Cluster } from '../access/clusters';
import { ApiError, isQuota } from '../api/errors';
import type { FuturePod, FuturePurpose } from './future-pods';
import { type Pod, PODS } from '../api/kinds';
import { Recent } from '../api/recent';

/** Once for the VMs of a plan that start together. */
const FRESH_MS = 30_000;

const TITLES: Readonly<Record<FuturePurpose, string>> = {
  binder: 'the Pod that binds the volumes (podResources.binder)',
  probe: 'the Pod that asks the conversion image (podResources.probe)',
  plugin: "the plugin's Pod (podResources.plugin)",
  importer: "CDI's importer (podResourceRequirements of CDI's configuration)",
  launcher: "the target's own Pod, which KubeVirt makes for the guest",
  conversion: "the conversion's Pod (podResources.conversion)",
};

export class PodTrials {
  private readonly recent = new Recent<Pod>(FRESH_MS);

  /**
   * Tries each kind of Pod once, however many there are of it.
   * @returns each as it was admitted: with what LimitRanges, webhooks and defaults added
   * @throws QuotaExceeded, PodRefused
   */
  admitted(cluster: Cluster, pods: readonly FuturePod[]): Promise<FuturePod[]> {
    return Promise.all(
      pods.map(async (future) => {
        const key = `${cluster.key} ${kindOf(future)}`;
        return { ...future, pod: await this.recent.get(key, () => tryPod(cluster, future)) };
      }),
    );
  }
}

/** What a rule of one cluster may look at; names of volumes and of the VM are no matter of rules. */
export function kindOf({ purpose, pod: { metadata, spec } }: FuturePod): string {
  const containers = (spec?.containers ?? []).map(({ image, resources }) => ({ image, resources }));
  return JSON.stringify([metadata?.namespace, purpose, containers, spec?.nodeSelector ?? {}]);
}

async function tryPod({ api }: Cluster, { purpose, pod }: FuturePod): Promise<Pod> {
  const { name = '', ...metadata } = pod.metadata ?? {};
  try {
    // A Job's Pods have names that end by chance, too: none can be taken.
    return await api.create(
      PODS,
      { ...pod, metadata: { ...metadata, generateName: `${name}-` } },
      { dryRun: true },
    );
  } catch (error) {
    if (mayStillPass(purpose, error)) return pod;
    throw podRefusal(purpose, error);
  }
}

/** Where a dry run says less than the cluster will. */
function mayStillPass(purpose: FuturePurpose, error: unknown): boolean {
  // The accounts of CDI and KubeVirt have SecurityContextConstraints of their own.
  const isTheirs = purpose === 'importer' || purpose === 'launcher';
  return isUntried(error) || (isTheirs && error instanceof ApiError && isScc(error.said));
}

/** A webhook that does more than look is not called by a dry run, and refuses it. */
export function isUntried(error: unknown): boolean {
  return error instanceof ApiError && /does not support dry.?run/i.test(error.said);
}

/** The cluster looked at the object, and will not have it. */
export function isRefusal(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || ![400, 403, 422].includes(error.status)) return false;
  return error.said !== '' && !/\bcannot \w+ (resource|path)\b/.test(error.said);
}

function isScc(said: string): boolean {
  return /security context constraint/i.test(said);
}

/** What a refusal of a Pod of ours means, be it only tried. Anything else than a refusal stays what it is. */
export function podRefusal(purpose: FuturePurpose, error: unknown): unknown {
  if (!isRefusal(error)) return error;
  const { said, call } = error;
  // Made a moment after its namespace.
  if (/error looking up service account/.test(said)) return failure('TargetUnreachable', said);
  if (/because it is being terminated/.test(said)) return failure('TargetRefused', said);
  const why = `the cluster would not admit ${TITLES[purpose]}: ${said}`;
  if (isQuota(said)) return failure('QuotaExceeded', why);
  const remedy = isScc(said) ? `; on OpenShift apply deploy/openshift in namespace ${call.namespace}` : '';
  return failure('PodRefused', `${why}${remedy}`);
}
