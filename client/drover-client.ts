/** Drover as a library. */
import { type Client, type Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { InventoryKind, InventoryPage, Manifests } from '../activities/interfaces';
import { refuses } from '../plan/problem';
import { type NamedProvider, readSource } from '../plan/read-source';
import { validateManifests } from '../plan/validate-manifests';
import { waveId } from '../plan/workflow-ids';
import type { CheckResult, RollBackResult, WaveInput, WaveResult } from '../workflows/temporal-api';
import type { LimitsAnswer } from '../workflows/transfer-slots/limits';
import type { LimitsRequest } from '../workflows/transfer-slots/messages';
import { type ConnectOptions, type TemporalPlace, connect } from './connect';
import { DroverError, invalidInput } from './errors';
import { findVm } from './find-vm';
import { type FinishedVm, readFinished } from './going-back/finished';
import { type GoingBack, type GoingBackOptions, settled, startGoingBack } from './going-back/run';
import { findHistories } from './history/fetch';
import type { RecordedHistory } from './history/recorded';
import { readLimits, type ReadLimits, setLimits } from './limits';
import { MigrationHandle } from './migration-handle';
import { requireSearchAttributes, requireWorker } from './readiness';
import {
  type ScheduleEntry,
  type StartTime,
  createSchedule,
  listSchedules,
  removeSchedule,
} from './schedules';
import { type SetupOptions, type SetupReport, setUp } from './setup';
import { checkPlan, type CheckOptions, listInventory, type QueueClient } from './short-workflows';
import { readTaskQueue, type TaskQueueOption } from './task-queue';
import { type Promoted, type Promotion, promote } from './versions/promote';
import { type WorkerVersions, readVersions } from './versions/read';
import { VmHandle } from './vm-handle';
import { type ListOptions, type VmListEntry, listVms } from './vm-list';
import { type WaveListEntry, type WaveListOptions, listWaves } from './wave-list';
import { WORKFLOW_TYPES } from './workflow-types';

export interface PlanName {
  namespace: string;
  name: string;
}

/** VMs of a plan, each by name, moref or instance UUID. */
export interface VmChoice {
  /** These alone. */
  only?: string[];
  /** These, although they were migrated before. Refused while their former targets stand. */
  again?: string[];
  /** All of them keep what unfinished runs of their migrations have left, as far as it is proven. */
  adopt?: true;
}

export class DroverClient implements AsyncDisposable {
  private constructor(
    private readonly temporal: Client & { readonly connection: Connection },
    /** Whose workers do what is started here. */
    readonly taskQueue: string,
  ) {}

  /**
   * Connects by `TEMPORAL_*` variables and profiles; `options` win over both.
   *
   * @throws `Unreachable`, `InvalidInput`
   */
  static async connect(options: ConnectOptions & TaskQueueOption = {}): Promise<DroverClient> {
    const taskQueue = readTaskQueue(options);
    return new DroverClient(await connect(options), taskQueue);
  }

  get namespace(): string {
    return this.temporal.options.namespace;
  }

  /** Where it is connected to. */
  get place(): TemporalPlace {
    return { address: this.temporal.connection.options.address, namespace: this.namespace };
  }

  close(): Promise<void> {
    return this.temporal.connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Resolves a plan and touches nothing. Problems are in the result. A large plan comes in pages.
   *
   * @param options.onPage hears of each page how many of all VMs have been checked.
   * @throws `InvalidInput`, `Refused`
   */
  async checkPlan(manifests: Manifests, options: VmChoice & CheckOptions = {}): Promise<CheckResult> {
    planOf(manifests);
    await this.requireReady();
    return checkPlan(this.queue, manifests, options);
  }

  /**
   * Starts the plan among the manifests; returns as soon as Temporal has it.
   *
   * VMs that were migrated before are left alone, and counted as done.
   *
   * @throws `InvalidInput` with all problems that can be seen from here, `AlreadyMigrating`, `SetupMissing`,
   * `NoWorker`. What only a look at source and target can tell is in the handle's `resolved()`.
   */
  async startMigration(manifests: Manifests, options: VmChoice = {}): Promise<MigrationHandle> {
    const workflowId = waveId(planOf(manifests));
    await this.requireReady();
    const input: WaveInput = { manifests, ...options };
    try {
      await this.temporal.workflow.start<(input: WaveInput) => Promise<WaveResult>>(
        WORKFLOW_TYPES.migrateWave,
        {
          taskQueue: this.taskQueue,
          workflowId,
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          args: [input],
        },
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      throw new DroverError(
        'AlreadyMigrating',
        `this plan is migrating already (${workflowId}); wait for its end, or abort its VMs`,
        { cause: error },
      );
    }
    return new MigrationHandle(this.temporal, workflowId);
  }

  /**
   * Starts the plan at a time to come, once or again and again. A start is left out while the wave of the one before runs.
   * What is wrong with the plan then, the wave says; see `checkPlan` for what is wrong with it now.
   *
   * @throws `InvalidInput`, `AlreadyMigrating` where the plan has a schedule, `SetupMissing`, `NoWorker`
   */
  async scheduleMigration(
    manifests: Manifests,
    when: StartTime,
    options: VmChoice = {},
  ): Promise<ScheduleEntry> {
    const plan = planOf(manifests);
    await this.requireReady();
    return createSchedule(this.queue, { plan, manifests, ...options }, when);
  }

  /** Starts of plans to come. Asks no worker. */
  listSchedules(): Promise<ScheduleEntry[]> {
    return listSchedules(this.temporal);
  }

  /** @throws `NotFound` */
  removeSchedule(plan: PlanName): Promise<void> {
    return removeSchedule(this.temporal, plan);
  }

  /** A migration that was started before, by anyone. */
  migration(plan: PlanName): MigrationHandle {
    return new MigrationHandle(this.temporal, waveId(plan));
  }

  /**
   * One VM by name, moref or workflow id: its latest migration.
   *
   * @param options.runId an earlier one of them, from `earlier` of a list.
   * @throws `NotFound`, `Ambiguous`.
   */
  async vm(name: string, options: Pick<ListOptions, 'plan'> & { runId?: string } = {}): Promise<VmHandle> {
    const { workflowId } = await findVm(this.temporal, name, options);
    return new VmHandle(this.temporal, workflowId, options.runId);
  }

  /** The migration that a list shows. */
  listed({ workflowId }: Pick<VmListEntry, 'workflowId'>): VmHandle {
    return new VmHandle(this.temporal, workflowId);
  }

  /**
   * What is to be known of a migration that succeeded, before it is rolled back or made final. Asks no worker.
   *
   * @throws `Refused` where the VM goes on, or no success of it is known
   */
  finished(entry: VmListEntry): Promise<FinishedVm> {
    return readFinished(this.temporal, entry);
  }

  /**
   * Rolls a migration back, or makes its target final, and waits until that has ended.
   *
   * @returns the kind of its failure, where it waits for an operator instead
   * @throws `InvalidInput`, `AlreadyMigrating`, `NoWorker`, `NoResult`, `Refused`
   */
  async goBack(type: GoingBack, vm: FinishedVm, options: GoingBackOptions): Promise<RollBackResult | string> {
    await requireWorker(this.temporal.connection, this.namespace, vm.taskQueue);
    await startGoingBack(this.temporal, type, { vm, options });
    return settled(this.temporal, vm.workflowId);
  }

  /** Every VM's latest migration. Asks no worker. */
  list(options: ListOptions = {}): Promise<VmListEntry[]> {
    return listVms(this.temporal, options);
  }

  /** Runs of plans, newest first. Asks no worker. */
  listWaves(options: WaveListOptions = {}): Promise<WaveListEntry[]> {
    return listWaves(this.temporal, options);
  }

  /**
   * Histories of Drover's workflows that a visibility query finds, newest first. Asks no worker.
   *
   * @throws `InvalidInput` where Temporal can't read the query
   */
  histories(query: string, most: number): AsyncGenerator<RecordedHistory> {
    return findHistories(this.temporal, query, most);
  }

  /**
   * What the vSphere Provider among the manifests holds, or one that is registered at the worker.
   *
   * @throws `InvalidInput`, `Refused`, `NoWorker`
   */
  async inventory(
    manifests: Manifests,
    kind: InventoryKind,
    provider?: NamedProvider,
  ): Promise<InventoryPage['items']> {
    const { problems } = readSource(manifests, 'unknown', provider);
    if (refuses(problems)) throw invalidInput(problems);
    await this.requireReady();
    return listInventory(this.queue, { manifests, kind, ...(provider !== undefined && { provider }) });
  }

  /** How many may copy or convert at once, what is in use of it, and who decided so. Works also while no worker runs. */
  limits(): Promise<ReadLimits> {
    return readLimits(this.temporal);
  }

  /**
   * New limits for all migrations of the Temporal namespace, by kind or by resource. What is held stays held.
   *
   * @throws `Refused`, `NoWorker`
   */
  setLimits(request: LimitsRequest): Promise<LimitsAnswer> {
    return setLimits(this.temporal, request);
  }

  /** Registers search attributes, creates the namespace; see `drover setup`. */
  setUp(options: Omit<SetupOptions, 'namespace'> = {}): Promise<SetupReport> {
    return setUp(this.temporal.connection, { ...options, namespace: this.namespace });
  }

  /**
   * Whether a migration could be started now.
   *
   * @throws `SetupMissing`, `NoWorker`
   */
  async requireReady(): Promise<void> {
    await requireSearchAttributes(this.temporal.connection, this.namespace);
    await requireWorker(this.temporal.connection, this.namespace, this.taskQueue);
  }

  /** Versions of the workers of the task queue, and what runs on each. Needs no worker. */
  versions(): Promise<WorkerVersions> {
    return readVersions(this.queue);
  }

  /**
   * Gives new work to the workers of a version. What is pinned to another version ends there.
   *
   * @throws `NotFound` where no worker of the version runs, `Refused` where the server has no versions or says no
   */
  setCurrentVersion(promotion: Promotion): Promise<Promoted> {
    return promote(this.queue, promotion);
  }

  private get queue(): QueueClient {
    return { client: this.temporal, taskQueue: this.taskQueue };
  }
}

/** Only the worker knows which Providers are registered there: one that is missing here is for it to judge. */
function planOf(manifests: Manifests): PlanName {
  const { plan, problems } = validateManifests(manifests, 'unknown');
  if (plan === null || refuses(problems)) throw invalidInput(problems);
  return { namespace: plan.metadata.namespace, name: plan.metadata.name };
}
