/** A wave as its plan has it, for the workflow that runs it. */
import type { Window } from './manifests/windows';

/** What holds for the wave as a whole. */
export interface WaveRules {
  /** Those of the plan, in its order; `after` names those that a group waits for. */
  groups: { name: string; after: string[] }[];
  /** More bad VMs than `most` hold the wave: so many, or such a share once `minVms` have come so far. Null: none do. */
  gate: { most: number | { percent: number }; minVms: number } | null;
  /** VMs start only while one of them is open; absent: at any time. */
  startWindows?: Window[];
}

/** What one VM is in its wave. */
export interface VmRole {
  moref: string;
  /** Null: of no group. */
  group: string | null;
  /** 1 to 9; higher starts first. */
  priority: number;
  /** Starts before all VMs that are none. */
  canary: boolean;
}
