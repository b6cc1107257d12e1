/** One VM, as whoever watches it has last heard of it. */
import type { VmState } from '../workflows/temporal-api';
import type { RunningActivity } from './running-activities';

export interface WatchedVm {
  workflowId: string;
  name: string;
  /** Null where nobody answered, and nothing was known before. */
  state: VmState | null;
  steps: RunningActivity[];
}
