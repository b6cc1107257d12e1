/**
 * Decides whether the containers of a Pod are proven to have ended. Only the kubelet knows. A deleted object, a phase
 * that a garbage collector has set, or a node that no longer answers proves nothing.
 */
import type { Pod } from '../api/kinds';
import { ownStatuses } from './pod-containers';

/**
 * Tolerance after the grace period of a deleted Pod. If the kubelet has not reported its end by then, nobody can say.
 */
const SILENCE_MS = 60_000;

export type PodEnd =
  | 'alive'
  /** The kubelet reported the end of every container that does the Pod's work. */
  | 'ended'
  /** The Pod never had a node, and is being deleted: none of its containers ever ran. */
  | 'neverRan'
  /** The Pod should have ended, and nobody can say whether it has. */
  | 'unproven';

export function podEnd(pod: Pod, now = Date.now()): PodEnd {
  if (hasEnded(pod)) return 'ended';
  const deletedAt = pod.metadata?.deletionTimestamp;
  if (!pod.spec?.nodeName) return deletedAt === undefined ? 'alive' : 'neverRan';
  // A controller, not the node, set the phase Failed: no container's end is reported.
  if (pod.status?.phase === 'Failed' && hasOrphanVerdict(pod)) return 'unproven';
  if (deletedAt === undefined) return 'alive';
  // The timestamp already includes the grace period.
  return now > Date.parse(deletedAt) + SILENCE_MS ? 'unproven' : 'alive';
}

/** Whether the containers that do the work have ended. A proxy that the cluster added may still run. */
export function hasEnded(pod: Pod): boolean {
  // The kubelet restarts the containers of such a Pod.
  if (pod.spec?.restartPolicy === 'Always') return isFinished(pod);
  const own = ownStatuses(pod);
  return own.length > 0 && own.every((status) => status?.state?.terminated !== undefined);
}

/** Whether only a container that the cluster added still runs. Such a Pod may never end by itself. */
export function isLingering(pod: Pod): boolean {
  return hasEnded(pod) && !isFinished(pod);
}

/** Whether the kubelet or a controller declares the whole Pod ended. */
function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/**
 * Whether the Pod garbage collector ended the Pod because its node object is gone (Kubernetes 1.34,
 * pkg/controller/podgc/gc_controller.go: `DeletionByPodGC`).
 */
function hasOrphanVerdict(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'DisruptionTarget' && reason === 'DeletionByPodGC',
  );
}
