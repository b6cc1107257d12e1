/**
 * Asks by a dry run of the Pod whether the cluster would admit it. The dry run of a Job does not ask the rules for
 * Pods: quotas, LimitRanges, pod security, OpenShift's SecurityContextConstraints, webhooks.
 */
import { RESERVED_PLUGIN_VARS } from '../../../plan/plugin-contract';
import { settleAll } from '../../../plan/settle-all';
import { failure } from '../../failure';
import type { Cluster } from '../access/clusters';
import { ApiError, isQuota } from '../api/errors';
import type { FuturePod, FuturePurpose } from './future-pods';
import { type Container, type Pod, PODS, type Volume } from '../api/kinds';
import { KEYS_VOLUME, SCRIPTS_VOLUME } from '../objects/conversion-job';
import { LABELS } from '../api/ownership';
import { Recent } from '../api/recent';

/** One trial serves the VMs of a plan that start together. */
const FRESH_MS = 30_000;

const TITLES: Readonly<Record<FuturePurpose, string>> = {
  binder: 'the Pod that binds the volumes (podResources.binder)',
  probe: 'the Pod that asks the conversion image (podResources.probe)',
  plugin: "the plugin's Pod (podResources.plugin)",
  importer: "CDI's importer (podResourceRequirements of CDI's configuration)",
  launcher: "the target's own Pod, which KubeVirt makes for the guest",
  conversion: "the conversion's Pod (podResources.conversion)",
  hook: "the hook's Pod (podResources.hook)",
};

export class PodTrials {
  private readonly recent = new Recent<Pod>(FRESH_MS);

  /**
   * Tries each kind of Pod once, however many Pods of that kind there are.
   * @returns each Pod as the cluster admitted it: with all that LimitRanges, webhooks and defaults added
   * @throws QuotaExceeded, PodRefused
   */
  admitted(cluster: Cluster, pods: readonly FuturePod[]): Promise<FuturePod[]> {
    return settleAll(
      pods.map(async (future) => {
        const key = `${cluster.key} ${kindOf(future)}`;
        return { ...future, pod: await this.recent.get(key, () => tryPod(cluster, future)) };
      }),
    );
  }
}

/** What tells VMs, disks and attempts apart: labels, variables, and annotations that begin so. */
const TELLING_LABELS: readonly string[] = [LABELS.vm, LABELS.disk];
const TELLING_VARIABLES: readonly string[] = [...RESERVED_PLUGIN_VARS, 'DROVER_CONVERSION_ID', 'DROVER_ROOT'];
const OUR_ANNOTATIONS = 'drover.dev/';
/**
 * Volumes whose Secret or ConfigMap is named for one copy or attempt: the login of a copy, the keys of a guest and its scripts,
 * the files of a hook.
 */
const TELLING_VOLUMES: readonly string[] = ['login', KEYS_VOLUME, SCRIPTS_VOLUME, 'hook'];

/**
 * Pods of one kind differ only in what tells VMs, disks and attempts apart, and in how many disks they have. In anything else that
 * a rule of the cluster could look at, also in labels of the plan's, they are equal.
 */
export function kindOf({ purpose, pod: { metadata, spec } }: FuturePod): string {
  const { annotations = {}, finalizers, labels = {}, namespace } = metadata ?? {};
  const { containers = [], initContainers, volumes = [], ...others } = spec ?? {};
  const kept = volumes.filter(({ persistentVolumeClaim }) => persistentVolumeClaim === undefined);
  return JSON.stringify([
    purpose,
    namespace,
    finalizers,
    Object.entries(labels).filter(([label]) => !TELLING_LABELS.includes(label)),
    Object.entries(annotations).filter(([key]) => !key.startsWith(OUR_ANNOTATIONS)),
    others,
    containers.map((one) => kindOfContainer(one, kept)),
    initContainers?.map((one) => kindOfContainer(one, kept)),
    kept.map(kindOfVolume),
  ]);
}

/** @param volumes without disks */
function kindOfContainer(
  { args, env, volumeDevices = [], volumeMounts, ...others }: Container,
  volumes: readonly Volume[],
): object {
  const isDisk = (argument: string) => volumeDevices.some(({ devicePath }) => devicePath === argument);
  return {
    ...others,
    args: args?.filter((argument) => !isDisk(argument)),
    env: env?.filter(({ name }) => !TELLING_VARIABLES.includes(name)),
    volumeMounts: volumeMounts?.filter((mount) => volumes.some(({ name }) => name === mount.name)),
  };
}

function kindOfVolume(volume: Volume): object {
  const { configMap, downwardAPI, name, secret } = volume;
  if (downwardAPI !== undefined) return { name, downwardAPI: {} };
  if (!TELLING_VOLUMES.includes(name)) return volume;
  return { name, ...(secret && { secret: {} }), ...(configMap && { configMap: {} }) };
}

async function tryPod({ api }: Cluster, { purpose, pod }: FuturePod): Promise<Pod> {
  const { name = '', ...metadata } = pod.metadata ?? {};
  try {
    // A random end of the name, as the Pods of Jobs have: so the name is never taken.
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

/** Whether the cluster may admit the Pod later, although it refused the dry run. */
function mayStillPass(purpose: FuturePurpose, error: unknown): boolean {
  // The accounts of CDI and KubeVirt have SecurityContextConstraints of their own.
  const isTheirs = purpose === 'importer' || purpose === 'launcher';
  return isUntried(error) || (isTheirs && error instanceof ApiError && isScc(error.said));
}

/**
 * Whether a webhook with side effects made the API server refuse the dry run (Kubernetes 1.34, apiserver
 * pkg/admission/plugin/webhook/errors/statuserror.go: NewDryRunUnsupportedErr).
 */
export function isUntried(error: unknown): boolean {
  return error instanceof ApiError && /does not support dry.?run/i.test(error.said);
}

/** Whether the cluster has judged the object and refuses it. */
export function isRefusal(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || ![400, 403, 422].includes(error.status)) return false;
  return error.said !== '' && !/\bcannot \w+ (resource|path)\b/.test(error.said);
}

function isScc(said: string): boolean {
  return /security context constraint/i.test(said);
}

/**
 * The failure that a refusal of a Pod means, also of a dry run. Any other error is returned as it is.
 * The quoted words: Kubernetes 1.34, plugin/pkg/admission/serviceaccount and apiserver's namespace/lifecycle.
 */
export function podRefusal(purpose: FuturePurpose, error: unknown): unknown {
  if (!isRefusal(error)) return error;
  const { said, call } = error;
  // The namespace is new, and its ServiceAccount does not exist yet.
  if (/error looking up service account/.test(said)) return failure('TargetUnreachable', said);
  if (/because it is being terminated/.test(said)) return failure('TargetRefused', said);
  const why = `the cluster would not admit ${TITLES[purpose]}: ${said}`;
  if (isQuota(said)) return failure('QuotaExceeded', why);
  const remedy = isScc(said) ? `; on OpenShift apply deploy/openshift in namespace ${call.namespace}` : '';
  return failure('PodRefused', `${why}${remedy}`);
}
