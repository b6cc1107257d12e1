/** One Pod of a trial: made by a Job as a migration's are, or alone as the binder is. */
import type { z } from 'zod';
import {
  type Container,
  type Job,
  JOBS,
  type Pod,
  PODS,
  type Volume,
} from '../../activities/kubernetes/api/kinds';
import { NO_SIDECARS } from '../../activities/kubernetes/objects/no-sidecars';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../activities/kubernetes/objects/restricted';
import { containerStatuses } from '../../activities/kubernetes/pods/pod-containers';
import { whyEnded } from '../../activities/kubernetes/pods/pod-reasons';
import { StartDelays } from '../../activities/kubernetes/pods/start-delays';
import { DeadlineError, waitFor } from '../../activities/kubernetes/waiting/wait';
import { cut } from '../../plan/cut';
import type { Outcome } from '../facts';
import { type Scratch, TRIED } from './scratch';

export interface TriedPod {
  /** Differs for each in its namespace. */
  name: string;
  container: Omit<Container, 'name'>;
  volumes?: Volume[];
}

/** For a Pod to be scheduled, its image to be pulled, its volume to be made, and its work to be done. */
const SECONDS = 180;
/** A look at events, where no Pod says why it waits. */
const AGAIN_MS = 2_000;
const CONTAINER = 'tried';
/** What a kubelet takes of a container's last words. */
const LONGEST_WORDS = 4_096;

/** The Job's Pod, to its end. */
export async function runJob(scratch: Scratch, tried: TriedPod): Promise<Outcome> {
  const { cluster, namespace, labels } = scratch;
  const { name } = tried;
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: SECONDS,
      template: { metadata: metadataOf(scratch, tried), spec: { ...podSpec(tried), restartPolicy: 'Never' } },
    },
  };
  await cluster.api.create(JOBS, job);
  return awaited(scratch, name, (pod) => {
    const end = statusOf(pod)?.state?.terminated;
    if (end === undefined) return undefined;
    const said = cut(end.message ?? '', LONGEST_WORDS);
    return {
      ok: end.exitCode === 0,
      said: said === '' && end.exitCode !== 0 ? whyEnded(pod, CONTAINER) : said,
    };
  });
}

/** Until it runs; it is removed then. */
export async function runUntilStarted(scratch: Scratch, tried: TriedPod): Promise<Outcome> {
  const { cluster, namespace } = scratch;
  const metadata = { ...metadataOf(scratch, tried), name: tried.name, namespace };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { ...podSpec(tried), restartPolicy: 'Always' },
  };
  await cluster.api.create(PODS, pod);
  const outcome = await awaited(scratch, tried.name, (found) =>
    statusOf(found)?.state?.running === undefined ? undefined : { ok: true, said: '' },
  );
  await cluster.api.delete(PODS, { name: tried.name, namespace });
  return outcome;
}

function metadataOf({ labels }: Scratch, { name }: TriedPod) {
  return {
    labels: { ...labels, [STEP]: name, ...NO_SIDECARS.labels },
    annotations: { ...NO_SIDECARS.annotations },
  };
}

/** Which of the Pods it is. */
const STEP = 'drover.dev/doctor-step';

function podSpec({ container, volumes = [] }: TriedPod) {
  const resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '256Mi' } };
  return {
    ...RESTRICTED_POD,
    terminationGracePeriodSeconds: 1,
    containers: [{ resources, ...container, name: CONTAINER, ...RESTRICTED_CONTAINER }],
    volumes,
  };
}

function statusOf(pod: Pod) {
  return containerStatuses(pod).find(({ name }) => name === CONTAINER);
}

async function awaited(
  { cluster, informers, namespace, signal }: Scratch,
  name: string,
  judge: (pod: Pod) => Outcome | undefined,
): Promise<Outcome> {
  // Whoever breaks the trial off closes the watches.
  signal.throwIfAborted();
  const delays = new StartDelays(cluster.api);
  let why: string | null = null;
  const look = async ([pod]: Pod[]): Promise<Outcome | undefined> => {
    const outcome = pod === undefined ? undefined : judge(pod);
    if (outcome !== undefined) return outcome;
    if (pod !== undefined) {
      why = (await delays.ofPod(pod))?.clause ?? why;
      // An answer of the registry's that the kubelet will only ask for again.
      if (why?.startsWith('ImagePullBackOff') === true) return { ok: false, said: why };
    } else {
      const missing = await delays.ofJob({ name, namespace });
      if (missing?.over === false) why = missing.delay?.clause ?? why;
    }
    return undefined;
  };
  const where = { kind: PODS, namespace, labelSelector: TRIED };
  const options = { deadline: Date.now() + SECONDS * 1_000, signal, againMs: AGAIN_MS };
  try {
    return await informers.using(cluster, where, (pods) =>
      waitFor(pods, ({ metadata }) => metadata?.labels?.[STEP] === name, look, options),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return {
      ok: false,
      said: `it did not come to an end in ${SECONDS} seconds: ${why ?? 'no reason is known'}`,
    };
  }
}

/** Last words that are JSON; null where they are not of this form. */
export function wordsAs<T>(schema: z.ZodType<T>, { said }: Outcome): T | null {
  try {
    return schema.parse(JSON.parse(said));
  } catch {
    return null;
  }
}
