/**
 * When a Pod's containers are proven to run no more: only the kubelet knows. An object that was deleted, a
 * phase set by a garbage collector, or a node that no longer answers proves nothing.
 */
import type { Pod } from './kinds';
import { containerStatuses } from './pod-reasons';

/** How long after its grace period a Pod under deletion may stay without a word from its kubelet. */
const SILENCE_MS = 60_000;

export type PodEnd =
  | 'alive'
  /** Every container ended, as its kubelet reported. */
  | 'ended'
  /** Never had a node, and is being deleted: nothing of it ever ran. */
  | 'neverRan'
  /** Should have ended, and nobody can say that it has. */
  | 'unproven';

export function podEnd(pod: Pod, now = Date.now()): PodEnd {
  if (allTerminated(pod)) return 'ended';
  const deletedAt = pod.metadata?.deletionTimestamp;
  if (!pod.spec?.nodeName) return deletedAt === undefined ? 'alive' : 'neverRan';
  // Failed without a container's end: the verdict of a controller, not of the node.
  if (pod.status?.phase === 'Failed' && hasOrphanVerdict(pod)) return 'unproven';
  if (deletedAt === undefined) return 'alive';
  // The timestamp already includes the grace period.
  return now > Date.parse(deletedAt) + SILENCE_MS ? 'unproven' : 'alive';
}

function allTerminated(pod: Pod): boolean {
  const statuses = pod.status?.containerStatuses ?? [];
  const expected = pod.spec?.containers.length ?? 0;
  return (
    expected > 0 &&
    statuses.length === expected &&
    containerStatuses(pod).every(({ state }) => state?.terminated)
  );
}

/** `DisruptionTarget` by the Pod garbage collector: the node object is gone. */
function hasOrphanVerdict(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'DisruptionTarget' && reason === 'DeletionByPodGC',
  );
}
