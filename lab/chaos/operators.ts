/** Operators who look at the VMs of a storm, and retry, abort, roll back and finalize: at random, but from the seed. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { Random } from '../random';
import type { Timeline } from './timeline';

export interface WatchedVm {
  name: string;
  workflowId: string;
  /** Its operators only retry it until they are told to end it. */
  parks: boolean;
}

/** `succeeded`: it has ended, and nobody has gone back from it or made it final. */
export type Standing = 'unstarted' | 'running' | 'parked' | 'succeeded' | 'ended';

const LOOK_MS = 1_000;
/** Of a look at a parked VM: what an operator does. Else nothing, this time. */
const RETRIES = 0.3;
const ABORTS = 0.03;
/** Of a look at a VM that runs. */
const ABORTS_RUNNING = 0.002;
/** Of a look at a VM that has succeeded. */
const ROLLS_BACK = 0.04;
const FINALIZES = 0.015;
/** Of the rollbacks. */
const DELETES_TARGET = 0.5;
/** An operator who retried a VM that often in vain gives it up. */
const MOST_RETRIES = 12;
const PATIENCE_MS = 20_000;

const WORD = { who: 'operator@example.com', why: 'the storm' };

export class Operators {
  readonly standings = new Map<string, Standing>();
  private readonly reasons = new Map<string, string>();
  private readonly retries = new Map<string, number>();
  private readonly busy = new Set<string>();
  private calm = false;
  private stopped = false;
  private readonly random: Random;
  private readonly looking: Promise<void>;

  constructor(
    private readonly temporal: Client,
    private readonly vms: readonly WatchedVm[],
    private readonly timeline: Timeline,
    seed: number,
  ) {
    this.random = new Random(seed);
    this.looking = this.look();
  }

  /** The storm is over: from now on they only help. */
  settle(): void {
    this.calm = true;
  }

  /** Whether each VM has ended, or is one that is to stay parked and is. */
  get settled(): boolean {
    return this.vms.every(({ name, parks }) => {
      const standing = this.standings.get(name);
      return hasEnded(standing) || (parks && standing === 'parked' && !this.busy.has(name));
    });
  }

  get allEnded(): boolean {
    return this.vms.every(({ name }) => hasEnded(this.standings.get(name)));
  }

  /** How those stand that can do nothing but park. */
  get parking(): { name: string; standing: Standing | undefined }[] {
    return this.vms
      .filter(({ parks }) => parks)
      .map(({ name }) => ({ name, standing: this.standings.get(name) }));
  }

  /** Ends what is still parked; the caller waits until it has ended. */
  async endParked(): Promise<void> {
    for (const vm of this.vms) if (this.standings.get(vm.name) === 'parked') await this.say(vm, 'abort');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    while (!this.stopped) {
      await Promise.all(this.vms.map((vm) => this.consider(vm)));
      await delay(LOOK_MS);
    }
  }

  private async consider(vm: WatchedVm): Promise<void> {
    // Drawn for every look, whatever it finds.
    const chance = this.random.next();
    const standing = await this.standing(vm);
    if (standing === null || this.busy.has(vm.name)) return;
    if (standing === 'parked') this.decide(vm, chance);
    else if (standing === 'running' && !this.calm && !vm.parks && chance < ABORTS_RUNNING)
      void this.say(vm, 'abort');
    else if (standing === 'succeeded' && !this.calm && chance < ROLLS_BACK + FINALIZES)
      void this.goBack(vm, chance);
  }

  /** Once at most: what comes after it is no success any more. */
  private async goBack({ name, workflowId }: WatchedVm, chance: number): Promise<void> {
    this.busy.add(name);
    const rolls = chance < ROLLS_BACK;
    const deletes = rolls && chance < ROLLS_BACK * DELETES_TARGET;
    this.timeline.add(
      'operator',
      `${rolls ? 'roll back' : 'finalize'} ${name}${deletes ? ', without its target' : ''}`,
    );
    const [vcenterUuid, moref] = workflowId.split('/').slice(1);
    try {
      await this.temporal.withDeadline(Date.now() + PATIENCE_MS, async () => {
        const { runId, taskQueue } = await this.temporal.workflow.getHandle(workflowId).describe();
        const request = { vcenterUuid, moref, runId, ...WORD, ...(deletes && { deleteTarget: true }) };
        await this.temporal.workflow.start(rolls ? 'rollBackVm' : 'finalizeVm', {
          taskQueue,
          workflowId,
          workflowIdConflictPolicy: 'FAIL',
          args: [request],
        });
      });
    } catch (error) {
      this.timeline.add('operator', `${name}: nothing was begun: ${firstLine(error)}`);
    } finally {
      this.busy.delete(name);
    }
  }

  private decide(vm: WatchedVm, chance: number): void {
    const retried = this.retries.get(vm.name) ?? 0;
    if (vm.parks) {
      if (!this.calm && chance < ABORTS) void this.say(vm, 'retry');
    } else if (retried >= MOST_RETRIES || (!this.calm && chance < ABORTS)) {
      void this.say(vm, 'abort');
    } else if (this.calm || chance < RETRIES) {
      this.retries.set(vm.name, retried + 1);
      void this.say(vm, 'retry');
    }
  }

  /** Null where Temporal can't be asked now. */
  private async standing({ name, workflowId }: WatchedVm): Promise<Standing | null> {
    try {
      const handle = this.temporal.workflow.getHandle(workflowId);
      const described = await this.temporal.withDeadline(Date.now() + LOOK_MS * 3, () => handle.describe());
      return this.note(name, standingOf(described), String(reasonOf(described) ?? ''));
    } catch (error) {
      return error instanceof WorkflowNotFoundError ? this.note(name, 'unstarted', '') : null;
    }
  }

  private note(name: string, standing: Standing, reason: string): Standing {
    if (this.standings.get(name) !== standing || this.reasons.get(name) !== reason)
      this.timeline.add('vm', `${name}: ${standing}${reason === '' ? '' : ` (${reason})`}`);
    this.standings.set(name, standing);
    this.reasons.set(name, reason);
    return standing;
  }

  private async say({ name, workflowId }: WatchedVm, word: 'retry' | 'abort'): Promise<void> {
    this.busy.add(name);
    this.timeline.add('operator', `${word} ${name}`);
    const handle = this.temporal.workflow.getHandle(workflowId);
    try {
      await this.temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
        handle.executeUpdate(word, { args: [WORD] }),
      );
    } catch (error) {
      // A rollback whose source runs can't be given up any more: it is retried again.
      if (word === 'abort') this.retries.delete(name);
      this.timeline.add('operator', `${word} ${name} was not heard: ${firstLine(error)}`);
    } finally {
      this.busy.delete(name);
    }
  }
}

function hasEnded(standing: Standing | undefined): boolean {
  return standing === 'ended' || standing === 'succeeded';
}

function reasonOf({ searchAttributes }: WorkflowExecutionDescription): unknown {
  return searchAttributes['DroverAttention']?.[0];
}

function standingOf(described: WorkflowExecutionDescription): Standing {
  const { status, searchAttributes, type } = described;
  if (status.name === 'RUNNING') return typeof reasonOf(described) === 'string' ? 'parked' : 'running';
  const succeeded = type === 'migrateVm' && searchAttributes['DroverOutcome']?.[0] === 'succeeded';
  return succeeded ? 'succeeded' : 'ended';
}

function firstLine(error: unknown): string | undefined {
  return (error as Error).message.split('\n')[0];
}
