/** What a node that starts again knows of the containers that it ran before: what a kubelet asks its runtime for. */
import type { V1ContainerStateTerminated } from '@kubernetes/client-node';
import { mendJournal, note, readJournal } from '../journal';

/** A line of `containerJournal`: a run begins, or (`exitCode`) ends. */
export interface RunNote {
  id: string;
  uid?: string;
  pod?: string;
  container?: string;
  image?: string;
  exitCode?: number;
  /** Of an end that the node has seen as the container's own. */
  reason?: string;
  message?: string;
}

export interface FormerRuns {
  /** How many runs there were. */
  count: number;
  /** How the last of them ended by itself; null where it ended with its Pod or with the node. */
  last: Omit<V1ContainerStateTerminated, 'containerID' | 'finishedAt'> | null;
}

/** The kubelet's code for a container of whose end it knows nothing (kubernetes 1.34.4, pkg/kubelet/kubelet_pods.go). */
export const LOST_CODE = 137;

/** By {@link runKey}. Records the end of the runs that have ended with the node, which it could not do itself. */
export function formerRuns(journal: string): Map<string, FormerRuns> {
  mendJournal(journal);
  const found = new Map<string, FormerRuns>();
  const open = new Map<string, { key: string; startedAt: Date }>();
  for (const { at, id, uid, container, exitCode, reason, message } of readJournal<RunNote>(journal)) {
    if (uid !== undefined && container !== undefined) {
      const key = runKey(uid, container);
      open.set(id, { key, startedAt: new Date(at) });
      found.set(key, { count: (found.get(key)?.count ?? 0) + 1, last: null });
      continue;
    }
    const run = open.get(id);
    if (run === undefined || exitCode === undefined) continue;
    open.delete(id);
    if (reason !== undefined)
      found.get(run.key)!.last = { exitCode, reason, message, startedAt: run.startedAt };
  }
  for (const id of open.keys()) note(journal, { id, exitCode: LOST_CODE });
  return found;
}

export function runKey(podUid: string, container: string): string {
  return `${podUid}/${container}`;
}
