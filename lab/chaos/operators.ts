/** Operators who look at the VMs of a storm, and retry and abort: at random, but from the seed. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Random } from '../random';
import type { Timeline } from './timeline';

export interface WatchedVm {
  name: string;
  workflowId: string;
  /** Its operators only retry it until they are told to end it. */
  parks: boolean;
}

export type Standing = 'unstarted' | 'running' | 'parked' | 'ended';

const LOOK_MS = 1_000;
/** Of a look at a parked VM: what an operator does. Else nothing, this time. */
const RETRIES = 0.3;
const ABORTS = 0.03;
/** Of a look at a VM that runs. */
const ABORTS_RUNNING = 0.002;
/** An operator who retried a VM that often in vain gives it up. */
const MOST_RETRIES = 12;
const PATIENCE_MS = 20_000;

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
      return standing === 'ended' || (parks && standing === 'parked' && !this.busy.has(name));
    });
  }

  get allEnded(): boolean {
    return this.vms.every(({ name }) => this.standings.get(name) === 'ended');
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
      const { status, searchAttributes } = await this.temporal.withDeadline(Date.now() + LOOK_MS * 3, () =>
        handle.describe(),
      );
      const reason = searchAttributes['DroverAttention']?.[0];
      const parked = typeof reason === 'string';
      return this.note(
        name,
        status.name !== 'RUNNING' ? 'ended' : parked ? 'parked' : 'running',
        String(reason ?? ''),
      );
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
    const request = { who: 'operator@example.com', why: 'the storm' };
    try {
      await this.temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
        handle.executeUpdate(word, { args: [request] }),
      );
    } catch (error) {
      this.timeline.add(
        'operator',
        `${word} ${name} was not heard: ${(error as Error).message.split('\n')[0]}`,
      );
    } finally {
      this.busy.delete(name);
    }
  }
}
