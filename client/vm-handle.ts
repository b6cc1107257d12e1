/** One VM's migration, running or ended. */
import { randomUUID } from 'node:crypto';
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import {
  type ConsoleResult,
  type DiskState,
  type OperatorRequest,
  type RetryRequest,
  type RollBackResult,
  type RollBackState,
  type ResetRequest,
  type VmResult,
  type VmState,
  abortUpdate,
  adoptUpdate,
  copyStateQuery,
  removeLeftOverUpdate,
  resetUpdate,
  retryUpdate,
  rollBackStateQuery,
  stateQuery,
} from '../workflows/temporal-api';
import { readOperatorRequest, readRetryRequest } from '../workflows/inputs';
import { vmRef } from '../plan/vm-ref';
import { diskIdBelow } from '../plan/workflow-ids';
import { type CopyLog, type CopyLogOptions, copyLog, diskAt, liveLog } from './copy-logs';
import { DroverError, GRPC, fromWorkflowFailure, grpcCode } from './errors';
import { type FetchedHistories, fetchHistories } from './history/fetch';
import { hasEnded, sayWord, wordRefused } from './operator-word';
import { queryState } from './query-state';
import { readRates } from './rates';
import { readStartedVm } from './started-vm';
import { requireWorker } from './readiness';
import { readConsole } from './short-workflows';
import { readWaits, type ShownWait } from './slot-waits';
import { type RunningActivity, readRunningActivities } from './running-activities';
import { type VmLeft, hasCopiesLeft, leftOfVm, needsRates } from './vm-left';
import { type VmListEntry, listEntry, listRuns } from './vm-list';
import { WORKFLOW_TYPES } from './workflow-types';

export interface VmStatus {
  entry: VmListEntry;
  /** Null where no worker answers: then `entry` and `steps` are all that is known. Null of a rollback, too. */
  state: VmState | null;
  /** Where the latest workflow of the VM is a rollback, or made its target final; null where no worker answers. */
  rollBack?: RollBackState | null;
  /** Whether the state had to come from a worker, and none answered. */
  workerSilent: boolean;
  steps: RunningActivity[];
  /** What is left of its copies; absent where all are copied, and where nobody looked. */
  left?: VmLeft;
  /** Why its disks or its conversion wait for a turn; null where nobody could be asked. Absent where nothing waits. */
  waits?: ShownWait[] | null;
}

/**
 * The workflow would refuse the request, too, but it never sees the reason of a cancellation.
 *
 * @throws `InvalidInput`
 */
function requireWord(
  request: OperatorRequest,
  read: (word: unknown) => { wrong: string | null } = readOperatorRequest,
): void {
  const { wrong } = read(request);
  if (wrong !== null) throw new DroverError('InvalidInput', wrong);
}

/** The check of changes may take 90 s: see `asked` in workflows/activity-proxies.ts. */
const CHANGES_MS = 100_000;

export class VmHandle {
  constructor(
    private readonly client: Client,
    readonly workflowId: string,
    /** Of its migrations that one; absent: the latest. */
    private readonly runId?: string,
  ) {}

  /** @throws `NoWorker`, where the migration goes on and nobody can be asked */
  async state(): Promise<VmState> {
    const { state, rollBack } = await this.status();
    if (state !== null) return state;
    if (rollBack != null)
      throw new DroverError(
        'Refused',
        `the latest workflow of ${this.workflowId} is no migration; ask for its status`,
      );
    throw new DroverError('NoWorker', `no worker answers for ${this.workflowId}; start one: drover worker`);
  }

  /**
   * The status with the VM's former migrations, with what the disks that are being copied say of their attempts so far (a
   * question for each of them), with what those that wait for a turn wait for (one question), and with what is left of the
   * copies.
   */
  async statusWithAttempts(): Promise<VmStatus> {
    const [{ entry, ...rest }, runs] = await Promise.all([
      this.status(),
      listRuns(this.client, this.workflowId),
    ]);
    const earlier = (runs[0]?.earlier ?? []).filter(({ startedAt }) => startedAt < entry.startedAt);
    const status = { ...rest, entry: { ...entry, earlier } };
    const { state } = status;
    if (state === null || state.outcome !== null) return status;
    const [disks, waits] = await Promise.all([
      Promise.all(state.disks.map((disk) => this.withAttempts(disk))),
      waitsForTurn(state) ? readWaits(this.client, [this.workflowId]) : undefined,
    ]);
    return this.withLeft({ ...status, state: { ...state, disks }, ...(waits !== undefined && { waits }) });
  }

  private async withLeft(status: VmStatus): Promise<VmStatus> {
    const { entry, state, steps } = status;
    if (state === null || !hasCopiesLeft(state)) return status;
    const rates = needsRates(state) ? await readRates(this.client) : [];
    const vm = { workflowId: entry.workflowId, name: entry.vm, state, steps };
    return { ...status, left: leftOfVm(vm, rates) };
  }

  private async withAttempts(disk: DiskState): Promise<DiskState> {
    if (disk.phase !== 'copying') return disk;
    const copy = await queryState(this.client, copyStateQuery, diskIdBelow(this.workflowId, disk.key)).catch(
      // Not started this instant, or ended: its record is in the VM's own state soon.
      () => null,
    );
    if (copy === null) return disk;
    const attemptLog = [...(disk.attemptLog ?? []), ...(copy.attemptLog ?? [])];
    return { ...disk, attempts: copy.attempt, attemptLog };
  }

  /** Answers also where no worker runs: from visibility and from the last heartbeats. */
  async status(): Promise<VmStatus> {
    const description = await this.describe();
    if (description.type !== WORKFLOW_TYPES.migrateVm) return this.statusOfRollBack(description);
    const [state, steps] = await Promise.all([
      description.status.name === 'COMPLETED'
        ? this.result()
        : queryState(this.client, stateQuery, this.workflowId, { runId: this.runId }),
      readRunningActivities(this.client, description),
    ]);
    return { entry: listEntry(description), state, workerSilent: state === null, steps };
  }

  private async statusOfRollBack(description: WorkflowExecutionDescription): Promise<VmStatus> {
    const { workflowId, runId } = this;
    const [rollBack, steps] = await Promise.all([
      description.status.name === 'COMPLETED'
        ? this.client.workflow.result<() => Promise<RollBackResult>>(workflowId, runId)
        : queryState(this.client, rollBackStateQuery, workflowId, { runId }),
      readRunningActivities(this.client, description),
    ]);
    return { entry: listEntry(description), state: null, rollBack, workerSilent: rollBack === null, steps };
  }

  /**
   * Its history and those of its disks. Asks no worker.
   *
   * @throws `NotFound` where Temporal keeps it no longer
   */
  histories(): Promise<FetchedHistories> {
    const { workflowId, runId } = this;
    return fetchHistories(this.client, { workflowId, ...(runId !== undefined && { runId }) });
  }

  /**
   * Waits for the end. A migration that was aborted ends with a result, too.
   *
   * @throws `Refused`, `NoResult`
   */
  async result(): Promise<VmResult> {
    try {
      return await this.client.workflow.result<() => Promise<VmResult>>(this.workflowId, this.runId);
    } catch (error) {
      throw fromWorkflowFailure(error, `nothing was put back; see: drover status ${this.workflowId}`);
    }
  }

  /**
   * Goes on at the step that failed; with `changes`, after they were checked with source, target and registries.
   *
   * @throws `Refused` where nothing waits for an operator, or a change is refused; `NoWorker`
   */
  async retry(request: RetryRequest): Promise<VmState> {
    requireWord(request, readRetryRequest);
    const retry = () =>
      this.client.workflow.getHandle(this.workflowId).executeUpdate(retryUpdate, { args: [request] });
    const patience = request.changes === undefined ? undefined : CHANGES_MS;
    return sayWord(this.client, this.workflowId, retry, patience);
  }

  /**
   * Keeps what an unfinished run has left, as far as it is proven, and goes on.
   *
   * @throws `Refused` where the VM is not parked as `TargetLeftOver`, `NoWorker`
   */
  adopt(request: OperatorRequest): Promise<VmState> {
    return this.say(adoptUpdate, request);
  }

  /**
   * Removes what an unfinished run has left, and begins anew. Never a target that may be in use.
   *
   * @throws `Refused` where the VM is not parked as `TargetLeftOver`, `NoWorker`
   */
  removeLeftOver(request: OperatorRequest): Promise<VmState> {
    return this.say(removeLeftOverUpdate, request);
  }

  private async say(update: typeof adoptUpdate, request: OperatorRequest): Promise<VmState> {
    requireWord(request);
    return sayWord(this.client, this.workflowId, () =>
      this.client.workflow.getHandle(this.workflowId).executeUpdate(update, { args: [request] }),
    );
  }

  /**
   * Does a phase of a parked migration again, with all after it.
   *
   * @throws `Refused` where nothing waits for an operator, and where it would do harm; `NoWorker`
   */
  async reset(request: ResetRequest): Promise<VmState> {
    const { who, why } = request;
    requireWord({ who, why });
    return sayWord(this.client, this.workflowId, () =>
      this.client.workflow.getHandle(this.workflowId).executeUpdate(resetUpdate, { args: [request] }),
    );
  }

  /**
   * Gives the migration up: target gone, source as it was.
   *
   * @throws `Refused` once it has ended, `NoWorker`
   */
  abort(request: OperatorRequest): Promise<VmState> {
    return this.say(abortUpdate, request);
  }

  /**
   * Gives the migration up, as an abort does, by a cancellation of Temporal's: it needs no worker that runs now.
   * @throws `NotFound`;
   * `Refused` once it has ended, which Temporal itself would take without a word.
   */
  async cancel({ who, why }: OperatorRequest): Promise<void> {
    requireWord({ who, why });
    const { closeTime } = await this.describe();
    if (closeTime !== undefined) throw hasEnded(this.workflowId);
    try {
      await this.client.workflowService.requestCancelWorkflowExecution({
        namespace: this.client.options.namespace,
        workflowExecution: { workflowId: this.workflowId },
        identity: this.client.options.identity,
        requestId: randomUUID(),
        reason: `${who}: ${why}`,
      });
    } catch (error) {
      throw wordRefused(this.workflowId, error);
    }
  }

  /**
   * The last lines of the target's serial console.
   *
   * @throws `NotFound`, `NoWorker`, `Refused`
   */
  async console(lines: number): Promise<ConsoleResult> {
    const vm = await readStartedVm(this.client, this.workflowId);
    const { taskQueue } = await this.describe();
    await requireWorker(this.client.connection, this.client.options.namespace, taskQueue);
    return readConsole({ client: this.client, taskQueue }, { vm: vmRef(vm), lines });
  }

  /**
   * The log of one disk's copier.
   *
   * @throws `NotFound`, `NoWorker`, `Refused`
   */
  async copyLog(options: CopyLogOptions): Promise<CopyLog> {
    return copyLog(await this.migration(), options);
  }

  /** The lines of that log that are new since `next` of an answer before. */
  async copyLogAfter(options: CopyLogOptions & { after: string | null }): Promise<CopyLog> {
    const migration = await this.migration();
    return liveLog(migration, diskAt(migration.vm, options.disk), options);
  }

  private async migration() {
    const vm = await readStartedVm(this.client, this.workflowId);
    const { startTime, taskQueue } = await this.describe();
    return { client: this.client, taskQueue, vm, startedAt: startTime.toISOString() };
  }

  private async describe() {
    try {
      return await this.client.workflow.getHandle(this.workflowId, this.runId).describe();
    } catch (error) {
      const isUnknownRun = this.runId !== undefined && grpcCode(error) === GRPC.invalidArgument;
      if (!(error instanceof WorkflowNotFoundError) && !isUnknownRun) throw error;
      const run = this.runId === undefined ? '' : ` and the run id ${this.runId}`;
      throw new DroverError('NotFound', `no migration has the id ${this.workflowId}${run}`);
    }
  }
}

function waitsForTurn({ waitingSince, disks }: VmState): boolean {
  return waitingSince !== undefined || disks.some((disk) => disk.waitingSince !== undefined);
}
