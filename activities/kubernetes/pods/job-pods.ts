/** Pods of Drover's Jobs: waits for their end, proves it, and then removes Drover's finalizer. */
import type { VmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import type { ApiClient } from '../api/api-client';
import { isMissing, isStatus } from '../api/errors';
import { JOBS, type Pod, PODS } from '../api/kinds';
import { isOfDisk, isOurs, ownedBy, PROOF_OF_END } from '../api/ownership';
import { STEP_LABEL, type Step } from '../objects/steps';
import { isLingering, podEnd } from './pod-end';
import type { StartDelay } from './pod-reasons';
import { StartDelays } from './start-delays';
import { type Scope, within } from '../waiting/scope';
import { DeadlineError, waitFor, type WaitOptions } from '../waiting/wait';

/** The Job controller sets it on each Pod of a Job (Kubernetes 1.34, api/batch/v1/types.go: JobNameLabel). */
export const JOB_NAME_LABEL = 'batch.kubernetes.io/job-name';
/** How often Drover judges a Job again while nothing changes: some decisions depend on time alone. */
const LOOK_AGAIN_MS = 3_000;
/** The longest grace period of Drover's Pods, and about as long again for the kubelet's report. */
const END_SECONDS = 150;

/** A Job whose Pod has not ended. */
export interface JobInProgress {
  /** Null while the Job has no Pod. */
  pod: Pod | null;
  /** What keeps the Pod from starting. */
  delay: StartDelay | null;
  /** When the Pod was made, or the Job while it has no Pod; milliseconds since the epoch. */
  since: number;
}

/** Why a Pod has not started within the deadline, so that its attempt must end. Null while the Pod may still wait. */
export function overdue({ delay, since }: JobInProgress, startDeadlineSeconds = Infinity): string | null {
  if (delay?.kind !== 'trouble' || Date.now() - since < startDeadlineSeconds * 1_000) return null;
  return `within ${startDeadlineSeconds} s: ${delay.clause}`;
}

export interface AwaitedJob {
  name: string;
  namespace: string;
  /** The step before this Job. None of its Pods may use the volumes any more. */
  after?: { vm: VmRef; step: Step };
  /** Called each time that the Pod changes, and every few seconds. An error from it ends the wait. */
  look: (job: JobInProgress) => void | Promise<void>;
  /**
   * Called with the ended Pod, before Drover removes its finalizer. A deleted Pod and its log vanish with that
   * finalizer.
   */
  atEnd?: (pod: Pod) => Promise<void>;
}

/**
 * Waits until the end of a Job's Pod is proven, then removes Drover's finalizer from the Pod. While something delays
 * the start, the step's note says what.
 * @returns the Pod as it ended, or null where the Job is gone or failed without leaving a Pod
 * @throws DeadlineError; CopierLost where nobody can say whether the Pod still runs
 */
export async function awaitPodEnd(scope: Scope, job: AwaitedJob, options: WaitOptions): Promise<Pod | null> {
  const { namespace } = job;
  const delays = new StartDelays(scope.cluster.api);
  const look = async (progress: JobInProgress): Promise<undefined> => {
    if (progress.delay !== null) scope.progress.report({ note: progress.delay.clause });
    await job.look(progress);
  };
  let isFirst = true;
  const ended = await scope.informers.using(scope.cluster, { kind: PODS, namespace }, (informer) =>
    waitFor(
      informer,
      (pod) => pod.metadata?.labels?.[JOB_NAME_LABEL] === job.name,
      async ([pod]) => {
        if (isFirst && job.after !== undefined) {
          const { vm, step } = job.after;
          await endLingering(scope.cluster.api, vm, step, informer.select(isLingering));
        }
        isFirst = false;
        if (pod !== undefined) return endOf(pod) ?? (await look(await started(pod, delays)));
        const missing = await delays.ofJob(job);
        if (missing?.over === true) return { pod: null };
        return missing === null ? undefined : look({ pod: null, ...missing });
      },
      { againMs: LOOK_AGAIN_MS, ...options },
    ),
  );
  if (ended.pod !== null) {
    await job.atEnd?.(ended.pod);
    await letGo(scope, ended.pod);
  }
  return ended.pod;
}

function endOf(pod: Pod): { pod: Pod } | undefined {
  switch (podEnd(pod)) {
    case 'ended':
    case 'neverRan':
      return { pod };
    case 'unproven':
      throw lost(pod);
    case 'alive':
      return undefined;
  }
}

async function started(pod: Pod, delays: StartDelays): Promise<JobInProgress> {
  const since = Date.parse(pod.metadata?.creationTimestamp ?? '') || Date.now();
  return { pod, since, delay: await delays.ofPod(pod) };
}

export interface JobsToEnd {
  vm: VmRef;
  step: Step;
  disk?: { key: number };
}

/**
 * Ends Jobs and proves that none of their Pods runs any more. Does nothing where there are no such Jobs.
 * @throws CopierLost naming the Pod whose end nobody reports
 */
export async function endJobs(scope: Scope, what: JobsToEnd): Promise<void> {
  const { vm, step, disk } = what;
  const { api } = scope.cluster;
  const where = { namespace: vm.namespace, labelSelector: `${ownedBy(vm, disk)},${STEP_LABEL}=${step}` };
  // Foreground: the Job controller makes no new Pod, and the Job stays until its Pods are gone.
  await api.deleteAll(JOBS, where, 'Foreground');
  const isTheirs = (pod: Pod) =>
    isOurs(pod, vm) &&
    pod.metadata?.labels?.[STEP_LABEL] === step &&
    (disk === undefined || isOfDisk(pod, disk));
  const { namespace } = vm;
  const allGone = async () => {
    const pods = (await api.list(PODS, where)).items;
    for (const pod of pods) await letGoIfEnded(scope, pod);
    return pods.length === 0 && (await api.list(JOBS, where)).items.length === 0 ? true : undefined;
  };
  try {
    await scope.informers.using(scope.cluster, { kind: JOBS, namespace }, (jobs) =>
      scope.informers.using(scope.cluster, { kind: PODS, namespace }, (pods) =>
        waitFor(pods, isTheirs, allGone, { ...within(scope, END_SECONDS), also: jobs }),
      ),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure(
      'CopierLost',
      `the ${step} Jobs of ${vm.name} did not end: their Pods are not reported gone`,
    );
  }
}

/**
 * Removes the Jobs of a finished step if one of their Pods lingers: a container that the cluster added still runs
 * there, and would hold the VM's volumes for ever. Otherwise the Jobs stay, for their logs.
 */
export async function endLingering(
  api: ApiClient,
  vm: VmRef,
  step: Step,
  pods: readonly Pod[],
): Promise<void> {
  const isTheirs = (pod: Pod) => isOurs(pod, vm) && pod.metadata?.labels?.[STEP_LABEL] === step;
  if (!pods.some((pod) => isTheirs(pod) && isLingering(pod))) return;
  const labelSelector = `${ownedBy(vm)},${STEP_LABEL}=${step}`;
  await api.deleteAll(JOBS, { namespace: vm.namespace, labelSelector });
}

async function letGoIfEnded(scope: Scope, pod: Pod): Promise<void> {
  switch (podEnd(pod)) {
    case 'ended':
    case 'neverRan':
      return letGo(scope, pod);
    case 'unproven':
      throw lost(pod);
    case 'alive':
      scope.progress.report({ note: `waiting for the end of Pod ${pod.metadata?.name}` });
  }
}

/** Removes Drover's finalizer. Call it only for a Pod whose end is proven. */
async function letGo(scope: Scope, pod: Pod): Promise<void> {
  const { name = '', namespace = '', finalizers = [] } = pod.metadata ?? {};
  const index = finalizers.indexOf(PROOF_OF_END);
  if (index < 0) return;
  const path = `/metadata/finalizers/${index}`;
  try {
    await scope.cluster.api.patch(PODS, { name, namespace }, [
      { op: 'test', path, value: PROOF_OF_END },
      { op: 'remove', path },
    ]);
  } catch (error) {
    if (isMissing(error)) return;
    // Another finalizer was removed first, so Drover's has a new index.
    if (!isStatus(error, 422)) throw error;
    const live = await scope.cluster.api.find(PODS, { name, namespace });
    if (live !== null) await letGo(scope, live);
  }
}

function lost(pod: Pod): Error {
  const { name } = pod.metadata ?? {};
  return failure('CopierLost', `node ${pod.spec?.nodeName} does not report the end of Pod ${name}`);
}
