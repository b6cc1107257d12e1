import type { Job, PodSpec } from '../api/kinds';
import { PROOF_OF_END } from '../api/ownership';
import { NO_SIDECARS } from './no-sidecars';
import { stepLabel, type Step } from './steps';

export interface StepJob {
  name: string;
  namespace: string;
  step: Step;
  labels: Record<string, string>;
  /** The plan's own; they can't pose as ours. */
  podLabels?: Record<string, string> | undefined;
  podAnnotations?: Record<string, string>;
  pod: Omit<PodSpec, 'restartPolicy'>;
}

/**
 * One Pod, once: whether there is another attempt is the workflow's decision. Our finalizer keeps the Pod
 * until the end of every container was seen, whoever deletes it.
 */
export function stepJob(job: StepJob): Job {
  const { name, namespace, step, labels, podLabels, podAnnotations, pod } = job;
  const allLabels = { ...labels, ...stepLabel(step) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels: allLabels },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      podReplacementPolicy: 'Failed',
      template: {
        metadata: {
          labels: { ...podLabels, ...allLabels, ...NO_SIDECARS.labels },
          annotations: { ...podAnnotations, ...NO_SIDECARS.annotations },
          finalizers: [PROOF_OF_END],
        },
        spec: { ...pod, restartPolicy: 'Never' },
      },
    },
  };
}
