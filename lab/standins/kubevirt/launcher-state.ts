/** What a launcher Pod's state says about its machine. */
import type { V1Pod } from '@kubernetes/client-node';
import { COMPUTE } from './launcher-containers';

export interface LauncherState {
  phase: 'Scheduling' | 'Scheduled' | 'Running' | 'Succeeded' | 'Failed';
  ready: boolean;
  /** Why the machine does not start or has failed, as the Pod's status says it. */
  trouble: { reason: string; message: string } | null;
}

export function launcherState(pod: V1Pod): LauncherState {
  const { phase, conditions = [], containerStatuses = [] } = pod.status ?? {};
  const container = containerStatuses.find(({ name }) => name === COMPUTE);
  const ended = container?.state?.terminated;
  // The machine ends with its own container; the container that logs the console may still be writing.
  if (phase === 'Succeeded' || ended?.exitCode === 0) {
    return { phase: 'Succeeded', ready: false, trouble: null };
  }
  if (phase === 'Failed' || ended) {
    const trouble = {
      reason: ended?.reason ?? pod.status?.reason ?? 'Failed',
      message: ended?.message ?? '',
    };
    return { phase: 'Failed', ready: false, trouble };
  }
  if (phase === 'Running' && container?.state?.running)
    return { phase: 'Running', ready: true, trouble: null };
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) {
    const trouble = { reason: unscheduled.reason ?? 'Unschedulable', message: unscheduled.message ?? '' };
    return { phase: 'Scheduling', ready: false, trouble };
  }
  const waiting = container?.state?.waiting;
  const trouble = waiting?.reason ? { reason: waiting.reason, message: waiting.message ?? '' } : null;
  return { phase: pod.spec?.nodeName ? 'Scheduled' : 'Scheduling', ready: false, trouble };
}
