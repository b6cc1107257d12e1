/** `transferSlots` on a real Temporal server, and migrations that hold and ask as a test says. */
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { TRANSFER_SLOTS_QUEUE } from '../../../plan/task-queue';
import { TRANSFER_SLOTS_ID } from '../../../plan/workflow-ids';
import {
  limitsQuery,
  setLimitsUpdate,
  slotsQuery,
  slotsSignal,
  type SlotsGranted,
  type TellingAsk,
} from '../../../workflows/transfer-slots/messages';
import { needsOfConversion } from '../../../workflows/transfer-slots/resources';
import type { LimitChanges, LimitsAnswer } from '../../../workflows/transfer-slots/limits';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

export const NEEDS = needsOfConversion('https://cluster.example.com');

export class Stage {
  private constructor(readonly lab: WorkflowLab) {}

  static async start(options: Parameters<typeof WorkflowLab.start>[0] = {}): Promise<Stage> {
    return new Stage(await WorkflowLab.start(options));
  }

  get slots(): WorkflowHandle {
    return this.lab.client.workflow.getHandle(TRANSFER_SLOTS_ID);
  }

  begin(args: unknown[] = [{}]): Promise<WorkflowHandle> {
    return this.lab.client.workflow.start('transferSlots', {
      workflowId: TRANSFER_SLOTS_ID,
      taskQueue: TRANSFER_SLOTS_QUEUE,
      args,
    });
  }

  /** A migration that lives until it is ended. */
  async migration(): Promise<MigrationHandle> {
    const vm = frozenVm();
    this.lab.world(vm).script.fail('checkTarget', 'QuotaExceeded');
    const handle = await this.lab.migrate(vm);
    await this.lab.parked(vm);
    return handle;
  }

  /** A migration that has failed. */
  async failed(): Promise<MigrationHandle> {
    const vm = frozenVm();
    const handle = await this.lab.migrate({ ...vm, namespace: '' });
    await expect(handle.result()).rejects.toThrow();
    return handle;
  }

  /** Goes on from its first step, under another run id. */
  async reset({ workflowId }: MigrationHandle): Promise<void> {
    const { workflowService, options } = this.lab.client;
    const request = temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest.fromObject({
      namespace: options.namespace,
      workflowExecution: { workflowId },
      reason: 'a test',
      requestId: 'reset',
      workflowTaskFinishEventId: 4,
    });
    await workflowService.resetWorkflowExecution(request);
  }

  /** Whether the server lists them as running: it does so a moment after they began. */
  async areListed(...migrations: MigrationHandle[]): Promise<boolean> {
    const ids = migrations.map(({ workflowId }) => `'${workflowId}'`).join(', ');
    const query = `WorkflowId IN (${ids}) AND ExecutionStatus = 'Running'`;
    return (await this.lab.client.workflow.count(query)).count === migrations.length;
  }

  /** Asks for so many units of one resource. */
  ask(from: MigrationHandle, count: number, change: Partial<TellingAsk> = {}): Promise<void> {
    const wants = Array.from({ length: count }, (_, number) => ({
      key: `part ${number + 1}`,
      needs: NEEDS,
      seconds: null,
    }));
    const event = {
      kind: 'ask',
      holder: holderOf(from),
      priority: 0,
      isOff: true,
      maxConcurrentDisks: 1,
    } as const;
    return this.slots.signal(slotsSignal, [{ ...event, wants, held: [], ...change }]);
  }

  release(from: MigrationHandle, ...keys: string[]): Promise<void> {
    return this.slots.signal(slotsSignal, [{ kind: 'release', holder: holderOf(from), keys }]);
  }

  setLimits(limits: LimitChanges): Promise<LimitsAnswer> {
    return this.slots.executeUpdate(setLimitsUpdate, { args: [{ ...OPERATOR, limits }] });
  }

  limits() {
    return this.slots.query(limitsQuery);
  }

  /** What `transferSlots` says that the migration holds. */
  async held(by: MigrationHandle): Promise<string[]> {
    const { holders } = await this.slots.query(slotsQuery);
    return holders.find(({ workflowId }) => workflowId === by.workflowId)?.held ?? [];
  }
}

export function holderOf({ workflowId, firstExecutionRunId: runId }: MigrationHandle) {
  return { workflowId, runId };
}

/** What the migration has been granted, as its own history has it. */
export async function granted(to: MigrationHandle): Promise<string[]> {
  return [...new Set(await tellings(to))];
}

/** Every time that it was told of a grant. */
export async function tellings(to: MigrationHandle): Promise<string[]> {
  const { events } = await to.fetchHistory();
  return (events ?? [])
    .map(({ workflowExecutionSignaledEventAttributes: signal }) => signal)
    .filter((signal) => signal?.signalName === 'slotsGranted')
    .flatMap(
      (signal) =>
        (JSON.parse(Buffer.from(signal!.input!.payloads![0]!.data!).toString()) as SlotsGranted).keys,
    );
}
