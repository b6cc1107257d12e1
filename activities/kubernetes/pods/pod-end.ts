/**
 * When a Pod's containers are proven to run no more: only the kubelet knows. An object that was deleted, a
 * phase set by a garbage collector, or a node that no longer answers proves nothing.
 */
import type { Pod } from '../api/kinds';
import { ownStatuses } from './pod-containers';

/** How long after its grace period a Pod under deletion may stay without a word from its kubelet. */
const SILENCE_MS = 60_000;

export type PodEnd =
  | 'alive'
  /** Every container of ours ended, as its kubelet reported. */
  | 'ended'
  /** Never had a node, and is being deleted: nothing of it ever ran. */
  | 'neverRan'
  /** Should have ended, and nobody can say that it has. */
  | 'unproven';

export function podEnd(pod: Pod, now = Date.now()): PodEnd {
  if (hasEnded(pod)) return 'ended';
  const deletedAt = pod.metadata?.deletionTimestamp;
  if (!pod.spec?.nodeName) return deletedAt === undefined ? 'alive' : 'neverRan';
  // Failed without a container's end: the verdict of a controller, not of the node.
  if (pod.status?.phase === 'Failed' && hasOrphanVerdict(pod)) return 'unproven';
  if (deletedAt === undefined) return 'alive';
  // The timestamp already includes the grace period.
  return now > Date.parse(deletedAt) + SILENCE_MS ? 'unproven' : 'alive';
}

/** Whatever else goes on in it, as a proxy that the cluster has added. */
export function hasEnded(pod: Pod): boolean {
  // Containers of such a Pod come back.
  if (pod.spec?.restartPolicy === 'Always') return isFinished(pod);
  const own = ownStatuses(pod);
  return own.length > 0 && own.every((status) => status?.state?.terminated !== undefined);
}

/** Ours are ended, and a container that the cluster has added still runs: by itself such a Pod may never go. */
export function isLingering(pod: Pod): boolean {
  return hasEnded(pod) && !isFinished(pod);
}

/** The kubelet's or a controller's word for the whole Pod. */
function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** `DisruptionTarget` by the Pod garbage collector: the node object is gone. */
function hasOrphanVerdict(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'DisruptionTarget' && reason === 'DeletionByPodGC',
  );
}
