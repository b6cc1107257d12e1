/** A wave on its way: one plan, all of its VMs. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type WaveResult, type WaveState, waveStateQuery } from '../workflows/contract';
import { DroverError, fromWorkflowFailure } from './errors';
import { queryState } from './query-state';
import { type WatchOptions, type WatchSnapshot, watchWave } from './watch';

/** Resolving a plan takes seconds; who waits for it wants to hear soon. */
const RESOLVE_POLL_MS = 300;

export class MigrationHandle {
  constructor(
    private readonly client: Client,
    readonly workflowId: string,
  ) {}

  /** Waits until every VM has ended. Errors: `Refused` where the plan could not be read; `NotFound`. */
  async result(): Promise<WaveResult> {
    try {
      return await this.client.workflow.result<() => Promise<WaveResult>>(this.workflowId);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(this.workflowId);
      throw fromWorkflowFailure(error);
    }
  }

  /** Errors: `NoWorker` where the wave goes on and nobody can be asked. */
  async state(): Promise<WaveState> {
    const state = await this.tryState();
    if (state !== null) return state;
    throw new DroverError('NoWorker', `no worker answers for ${this.workflowId}; start one: drover worker`);
  }

  /** Null where the wave goes on and no worker answers. */
  async tryState(): Promise<WaveState | null> {
    if (await this.runs()) return queryState(this.client, waveStateQuery, this.workflowId);
    return this.result();
  }

  /** Waits until the plan is resolved: its VMs are known, or its problems are. Errors: `Refused`, `NoWorker`. */
  async resolved(): Promise<WaveState> {
    for (;;) {
      const state = await this.state();
      if (state.phase !== 'resolving') return state;
      await delay(RESOLVE_POLL_MS);
    }
  }

  /** The state about each second, until the wave has ended or nothing but parked VMs remains. */
  watch(options: WatchOptions = {}): AsyncGenerator<WatchSnapshot, void> {
    return watchWave(this.client, this, options);
  }

  private async runs(): Promise<boolean> {
    try {
      const { status } = await this.client.workflow.getHandle(this.workflowId).describe();
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(this.workflowId);
      throw error;
    }
  }
}

function notFound(workflowId: string): DroverError {
  return new DroverError('NotFound', `no migration has the id ${workflowId}; list them: drover status`);
}
