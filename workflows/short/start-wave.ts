import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { startChild } from '@temporalio/workflow';
import { waveId } from '../../plan/workflow-ids';
import { failTyped } from '../failure';
import { migrateWave } from '../migrate-wave/workflow';
import type { StartWaveInput, StartWaveResult } from '../temporal-api';

/**
 * Starts the wave of a plan, and ends. For schedules: Temporal gives what a schedule starts an id of its own each time, and
 * under another id than its own a wave would not keep its plan from being run twice at once.
 */
export async function startWave({ plan, ...input }: StartWaveInput): Promise<StartWaveResult> {
  const workflowId = waveId(plan);
  return failTyped(async () => {
    try {
      await startChild(migrateWave, {
        args: [input],
        workflowId,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        parentClosePolicy: 'ABANDON',
      });
      return { workflowId, started: true };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return { workflowId, started: false };
    }
  });
}
