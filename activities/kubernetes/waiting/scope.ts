import type { Waiting } from '../../progress';
import type { Cluster } from '../access/clusters';
import type { Informers } from './informers';

/** What a wait on a target cluster needs. */
export interface Scope extends Waiting {
  cluster: Cluster;
  informers: Informers;
}

/** The end of a wait that was first asked for at `since`; a new attempt gets no new time. */
export function deadlineIn(scope: Scope, seconds: number) {
  return {
    deadline: scope.since + seconds * 1_000,
    signal: scope.signal,
    onNote: (note: string) => scope.progress.report({ note }),
  };
}

/** For endings, which follow an old wait: counted from now. */
export function within(scope: Scope, seconds: number) {
  return { ...deadlineIn(scope, seconds), deadline: Date.now() + seconds * 1_000 };
}
