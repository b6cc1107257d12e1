/** A Temporal server and a worker with the real workflows and fake activities, for one test file. */
import type { Client, WorkflowHandleWithFirstExecutionRunId, WorkflowOptions } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type {
  DroverActivities,
  FreezeRequest,
  FrozenPage,
  OutlinePage,
  OutlineRequest,
  PlanningActivities,
  WindowActivities,
} from '../../activities/interfaces';
import { ensureTransferSlots } from '../../activities/ensure-transfer-slots';
import { readFormerLimits } from '../../activities/former-limits';
import { askAllAgain, findGoneHolders } from '../../activities/slot-holders';
import { createWindowActivities } from '../../activities/windows';
import { waveActivities } from '../../activities/wave-pages';
import type { FrozenVm } from '../../plan/frozen';
import { TRANSFER_SLOTS_QUEUE, UNVERSIONED, deploymentOf, waitQueueOf } from '../../plan/task-queue';
import { vmId } from '../../plan/workflow-ids';
import {
  TASK_QUEUE,
  searchAttributes,
  stateQuery,
  type OperatorRequest,
  type VmState,
} from '../../workflows/temporal-api';
import type { migrateVm } from '../../workflows';
import type { TransferSlotsInput } from '../../workflows/transfer-slots/input';
import { toSaved } from '../../workflows/transfer-slots/saved';
import { newSlots } from '../../workflows/transfer-slots/state';
import { VM_ACTIVITIES, callActivity } from './fake-activities';
import { FakeWorld } from './fake-world';
import { FakePlans } from './fake-plans';
import { startTemporal } from './temporal';
import { workflowBundle } from './workflow-bundle';
import { eventually } from './eventually';

export const OPERATOR: OperatorRequest = { who: 'ann@example.com', why: 'the array is back' };

export type MigrationHandle = WorkflowHandleWithFirstExecutionRunId<typeof migrateVm>;

interface Working {
  build: string | null;
  worker: Worker;
  running: Promise<void>;
}

export class WorkflowLab {
  readonly worlds = new Map<string, FakeWorld>();
  /** What the planner answers; a test that needs it sets it. */
  planner: Pick<PlanningActivities, 'resolvePlan' | 'readInventory'> = {
    resolvePlan: () => Promise.reject(new Error('this test has no plan')),
    readInventory: () => Promise.reject(new Error('this test has no inventory')),
  };

  /** How windows stand; a test that needs other windows than the calendar's sets it. */
  clock: WindowActivities = createWindowActivities();

  /** With what `transferSlots` begins. From nothing it would listen for ten seconds first, as it does in a real namespace. */
  slots: TransferSlotsInput = { saved: toSaved(newSlots()) };
  readonly plans = new FakePlans(() => this.planner);

  private readonly workers: Working[] = [];

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly lists: boolean,
  ) {}

  /**
   * @param forgetful every step of a workflow is taken by a worker that has to replay all before it
   * @param fullAfter as `startTemporal` takes it
   * @param grantsSlots whether a worker grants transfer slots; else the test brings its own
   * @param isNew whether the worker at work knows a patch; one of before knows none
   * @param build version of the workers; null: they have none
   * @param settings of the Temporal server, as `startTemporal` takes them
   * @param lists whether what `migrate` starts is listed by its name when it resolves: for commands that find it there
   */
  static async start({
    forgetful = false,
    grantsSlots = true,
    fullAfter = undefined as number | undefined,
    isNew = (_patch: { patchId: string }): boolean => true,
    build = null as string | null,
    settings = [] as string[],
    lists = false,
  } = {}): Promise<WorkflowLab> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    // The bundle takes the longest.
    const [env] = await Promise.all([startTemporal(fullAfter, settings), workflowBundle()]);
    const lab = new WorkflowLab(env, lists);
    await lab.startWorkers({ forgetful, grantsSlots, isNew, build });
    return lab;
  }

  /** Those of one process of Drover, beside the others. */
  async startWorkers({
    forgetful = false,
    grantsSlots = true,
    isNew = (_patch: { patchId: string }): boolean => true,
    build = null as string | null,
  } = {}): Promise<void> {
    const codePath = await workflowBundle(build === null ? 'index' : 'versioned');
    const workflows = {
      workflowBundle: { codePath },
      patchActivationCallback: isNew,
      ...(forgetful && { maxCachedWorkflows: 0 }),
    };
    const activities = this.activities();
    await this.work(build, { taskQueue: TASK_QUEUE, activities, ...workflows });
    await this.work(build, { taskQueue: waitQueueOf(TASK_QUEUE), activities });
    const slots = { askAllAgain, findGoneHolders, readFormerLimits };
    if (grantsSlots)
      await this.work(build, { taskQueue: TRANSFER_SLOTS_QUEUE, activities: slots, ...workflows });
  }

  async stopWorkers(build: string | null): Promise<void> {
    const gone = this.workers.filter((working) => working.build === build);
    for (const { worker } of gone) worker.shutdown();
    await Promise.all(gone.map(({ running }) => running));
    for (const working of gone) this.workers.splice(this.workers.indexOf(working), 1);
  }

  async stop(): Promise<void> {
    for (const build of new Set(this.workers.map((working) => working.build))) await this.stopWorkers(build);
    await this.env.teardown();
  }

  /** The environment of a `drover` command that is to find this lab. */
  get shell(): NodeJS.ProcessEnv {
    return { TEMPORAL_ADDRESS: this.env.address, TEMPORAL_NAMESPACE: this.env.namespace };
  }

  get client(): Client {
    return this.env.client;
  }

  /** The VM's world; its activities find it by the VM's moref. */
  world(vm: FrozenVm): FakeWorld {
    const world = new FakeWorld(vm);
    this.worlds.set(vm.vm.moref, world);
    return world;
  }

  async migrate(
    vm: FrozenVm,
    options: Pick<WorkflowOptions, 'workflowTaskTimeout'> = {},
  ): Promise<MigrationHandle> {
    const handle = await this.client.workflow.start<typeof migrateVm>('migrateVm', {
      ...options,
      args: [vm],
      taskQueue: TASK_QUEUE,
      workflowId: workflowIdOf(vm),
    });
    if (this.lists) await this.listed(vm);
    return handle;
  }

  /** Waits until the server's index has the VM's migration by its name: it is some moments late. */
  async listed(vm: FrozenVm): Promise<void> {
    const query = `WorkflowId = '${workflowIdOf(vm)}' AND ${searchAttributes.vm.name} = '${vm.vm.name}'`;
    await eventually(async () => (await this.client.workflow.count(query)).count > 0);
  }

  /** Waits until the migration is parked, and says how it looks then. */
  async parked(vm: FrozenVm): Promise<VmState> {
    return this.until(vm, (state) => state.attention !== null);
  }

  async until(vm: FrozenVm, holds: (state: VmState) => boolean): Promise<VmState> {
    const handle = this.client.workflow.getHandle(workflowIdOf(vm));
    // Queries are answered after each step of the workflow: there is no event to await from outside.
    return eventually(async () => {
      const state = await handle.query(stateQuery);
      return holds(state) && state;
    });
  }

  private async work(build: string | null, options: Omit<WorkerOptions, 'connection'>): Promise<void> {
    const worker = await Worker.create({
      connection: this.env.nativeConnection,
      ...versionOptions(build),
      // Cancellations arrive with the answers to heartbeats.
      maxHeartbeatThrottleInterval: '20ms',
      defaultHeartbeatThrottleInterval: '20ms',
      // A test that failed may have left an activity at a gate.
      shutdownForceTime: '2s',
      ...options,
    });
    this.workers.push({ build, worker, running: worker.run() });
  }

  private activities(): DroverActivities {
    const { plans } = this;
    const all: Record<string, unknown> = {
      ...waveActivities,
      outlinePlan: (request: OutlineRequest): Promise<OutlinePage> => plans.outline(request),
      freezeVms: (request: FreezeRequest): Promise<FrozenPage> => plans.freeze(request),
      resolvePlan: (...args: Parameters<PlanningActivities['resolvePlan']>) =>
        this.planner.resolvePlan(...args),
      readInventory: (...args: Parameters<PlanningActivities['readInventory']>) =>
        this.planner.readInventory(...args),
      lookAtWindows: (...args: Parameters<WindowActivities['lookAtWindows']>) =>
        this.clock.lookAtWindows(...args),
    };
    all.ensureTransferSlots = () => ensureTransferSlots(this.slots);
    for (const name of VM_ACTIVITIES) {
      all[name] = (...args: unknown[]) => callActivity(this.worldOf(args[0]), name, args);
    }
    return all as unknown as DroverActivities;
  }

  private worldOf(argument: unknown): FakeWorld {
    const moref = morefOf(argument);
    const world = this.worlds.get(moref);
    if (world === undefined) throw new Error(`no world was made for ${moref}`);
    return world;
  }
}

function versionOptions(build: string | null): Partial<WorkerOptions> {
  if (build === null) return { identity: UNVERSIONED };
  const version = { deploymentName: deploymentOf(TASK_QUEUE), buildId: build };
  return {
    identity: build,
    workerDeploymentOptions: {
      version,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}

export function workflowIdOf(vm: FrozenVm): string {
  return vmId({ vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref });
}

/** Activities get a frozen VM, a reference to one, or a request that holds either. */
function morefOf(argument: unknown): string {
  const { moref, vm } = argument as { moref?: string; vm?: object };
  return moref ?? (vm === undefined ? '' : morefOf(vm));
}
