/** What a launcher Pod's state says about its machine. */
import type { V1Pod } from '@kubernetes/client-node';

export interface LauncherState {
  phase: 'Scheduling' | 'Scheduled' | 'Running' | 'Succeeded' | 'Failed';
  ready: boolean;
  /** Why it does not get on, in Kubernetes' words. */
  trouble: { reason: string; message: string } | null;
}

export function launcherState(pod: V1Pod): LauncherState {
  const { phase, conditions = [], containerStatuses = [] } = pod.status ?? {};
  const container = containerStatuses[0];
  const ended = container?.state?.terminated;
  if (phase === 'Succeeded') return { phase: 'Succeeded', ready: false, trouble: null };
  if (phase === 'Failed') {
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
