/** A wave of scripted VMs, as tests of waves run it. */
import type { WorkflowHandleWithFirstExecutionRunId, WorkflowStartOptions } from '@temporalio/client';
import type { ResolvedPage } from '../../../activities/interfaces';
import type { FrozenVm } from '../../../plan/frozen';
import { waveId } from '../../../plan/workflow-ids';
import type { migrateWave } from '../../../workflows';
import { TASK_QUEUE, waveStateQuery, type WaveState } from '../../../workflows/temporal-api';
import { eventually } from '../../support/eventually';
import type { FakeWorld } from '../../support/fake-world';
import type { WorkflowLab } from '../../support/workflow-lab';

export const PLAN = { namespace: 'openshift-mtv', name: 'wave-1' };
export const WAVE = waveId(PLAN);

export interface WaveRun {
  handle: WorkflowHandleWithFirstExecutionRunId<typeof migrateWave>;
  vms: FrozenVm[];
  worlds: FakeWorld[];
}

interface Sketch {
  vms: FrozenVm[];
  /** What the plan says beside its VMs. */
  plan?: Partial<Pick<ResolvedPage, 'maxConcurrentVms' | 'wave' | 'roles'>>;
  memo?: NonNullable<WorkflowStartOptions['memo']>;
  adopt?: true;
}

/** @param prepare scripts the VMs' worlds before the wave starts */
export async function startWave(
  lab: WorkflowLab,
  { vms, plan = {}, memo = {}, adopt }: Sketch,
  prepare: (worlds: FakeWorld[]) => void = () => undefined,
): Promise<WaveRun> {
  const worlds = vms.map((vm) => lab.world(vm));
  prepare(worlds);
  const page: ResolvedPage = {
    plan: PLAN,
    problems: [],
    vms,
    total: vms.length,
    next: null,
    maxConcurrentVms: 10,
    ...plan,
  };
  lab.planner.resolvePlan = () => Promise.resolve(page);
  const handle = await lab.client.workflow.start<typeof migrateWave>('migrateWave', {
    args: [{ manifests: [{ kind: 'Plan' }], adopt }],
    taskQueue: TASK_QUEUE,
    workflowId: WAVE,
    memo,
  });
  return { handle, vms, worlds };
}

/** The wave as it is now, whichever run it is in. */
export function untilWave(lab: WorkflowLab, holds: (state: WaveState) => boolean): Promise<WaveState> {
  return eventually(async () => {
    // Between two runs nobody answers for a moment.
    const state = await lab.client.workflow
      .getHandle<typeof migrateWave>(WAVE)
      .query(waveStateQuery)
      .catch(() => null);
    return state !== null && holds(state) && state;
  });
}

export const phases = ({ vms }: Pick<WaveState, 'vms'>) => vms.map(({ phase }) => phase);
