/**
 * Every change of a workflow that some of its runs must not see: those that began before it. Temporal calls it a patch. A run
 * that meets a patch first on a worker that knows the patch keeps a marker of it in its history; a run without the marker goes
 * on as it was before.
 *
 * Patches stand in the order in which they came. The table in docs/design.md is generated from here.
 */
import { patched as isPatched } from '@temporalio/workflow';
import type { WorkflowType } from './inputs';

export interface Patch {
  /** Workflows that may meet it. */
  workflows: readonly WorkflowType[] | 'all';
  /** What changed, in a clause. */
  change: string;
  /**
   * The first release whose workers know it. Histories of what was before it are in the folder of this release, in
   * `before-<patch>` (test/replay/histories). It stays until no run that a worker of before may have begun is left: see
   * `staysUntil`.
   */
  since: string;
  /**
   * The first of several patches that came between two recordings of histories: its folder is theirs, too. Absent: it has a
   * folder of its own.
   */
  cameWith?: string;
}

const patches = {
  'brief-steps': {
    workflows: ['migrateVm'],
    change: 'short steps run within the task of the workflow, as local activities',
    since: '0.1.0',
  },
  'checked-input': {
    workflows: 'all',
    change: 'an input that does not fit its schema ends the workflow before it does anything',
    since: '0.1.0',
  },
  'remove-unstarted': {
    workflows: ['migrateVm'],
    change: 'an abort removes what is left at the target also where the source can not be started',
    since: '0.1.0',
  },
  'transfer-slots': {
    workflows: ['migrateVm'],
    change: 'a migration asks for its turn before it stops the source, copies or converts',
    since: '0.1.0',
  },
  'paged-wave': {
    workflows: ['migrateWave'],
    change: 'a wave keeps its VMs in pages and goes on in new runs',
    since: '0.1.0',
  },
  'carry-on': {
    workflows: ['migrateVm'],
    change:
      'each disk is marked as soon as it is copied, a VM that parks as `TargetLeftOver` looks at what an adoption would keep, and the binder is removed before volumes that became stale while it used them',
    since: '0.1.0',
  },
  'looks-move-wave': {
    workflows: ['migrateWave'],
    change: 'looks at its pages make a wave go on in a new run, too, when its history is long',
    since: '0.1.0',
    cameWith: 'carry-on',
  },
  'proofs-beside': {
    workflows: ['migrateVm'],
    change:
      'no step is a local activity but the start of the target, with the proof right before it that the source is off',
    since: '0.1.0',
  },
  'proven-start': {
    workflows: ['migrateVm'],
    change:
      'the start of the target is an ordinary activity, too, which looks at the source itself right before it',
    since: '0.1.0',
  },
  'rollback-beside': {
    workflows: ['rollBackVm'],
    change:
      'no step is a local activity, and the start of the target looks at the source itself right before it',
    since: '0.1.0',
    cameWith: 'proven-start',
  },
  'windows-beside': {
    workflows: ['migrateWave', 'checkPlan'],
    change: 'looks at the windows are ordinary activities',
    since: '0.1.0',
    cameWith: 'proven-start',
  },
} as const satisfies Record<string, Patch>;

export type PatchId = keyof typeof patches;

export const PATCHES: Readonly<Record<PatchId, Patch>> = patches;

/**
 * Whether this run goes the new way. Ask once and keep the answer: after a replay, a run of before would answer anew, and pass
 * for one of today. Ask where the workflow begins, or where an ordinary activity has ended: after a local one a replay may know
 * the answer too late (SDK 1.24), and the run gets stuck.
 */
export function patched(id: PatchId): boolean {
  return isPatched(id);
}

/** The rule after which a patch, and the code of before it, may be removed: a clause that follows `until`. */
export function staysUntil({ workflows, since }: Patch): string {
  const whose = workflows === 'all' ? 'workflow' : workflows.map((type) => `\`${type}\``).join(' or ');
  return `no ${whose} runs that began before ${since}, and nobody replays one`;
}
