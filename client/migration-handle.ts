/** A wave on its way: one plan, all of its VMs. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { refuses } from '../plan/problem';
import { chooseEntries, placedIn, someOfPlan } from '../plan/some-of-plan';
import { readWaveRequest } from '../workflows/inputs';
import {
  type AddAnswer,
  type AddRequest,
  type CancelRequest,
  type OperatorRequest,
  type SkipRequest,
  type WaveAnswer,
  type WaveDecision,
  type WaveResult,
  type WaveState,
  addUpdate,
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  skipUpdate,
} from '../workflows/temporal-api';
import type { Range } from '../workflows/transfer-slots/rates';
import { DroverError, fromWorkflowFailure, invalidInput } from './errors';
import { leftOfWave } from './estimates';
import { sayWord, wordDone } from './operator-word';
import { readRates } from './rates';
import { queryWave, withPages } from './wave-pages';
import { readWaits, type ShownWait } from './slot-waits';
import { type WatchOptions, type WatchSnapshot, watchWave } from './watch';

/** Resolving a plan takes seconds; who waits for it wants to hear soon. */
const RESOLVE_POLL_MS = 300;
/** A worker was seen just now: one that has to load everything first, on a busy machine, is not gone yet. */
const RESOLVE_SILENCE_MS = 15_000;

export type WaveStatus = WaveState & {
  /** Seconds, while nobody steps in; null: unknown until something is measured. Absent where nothing goes on. */
  left?: Range | null;
  /** Why disks and conversions of its running VMs wait for a turn; null where nobody could be asked. Absent where none waits. */
  waits?: ShownWait[] | null;
};

export class MigrationHandle {
  constructor(
    private readonly client: Client,
    readonly workflowId: string,
  ) {}

  /**
   * Waits until every VM has ended.
   *
   * @throws `Refused` where the plan could not be read; `NoResult`; `NotFound`
   */
  async result(): Promise<WaveResult> {
    try {
      const result = await this.client.workflow.result<() => Promise<WaveResult>>(this.workflowId);
      return await withPages(this.client, result);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(this.workflowId);
      throw fromWorkflowFailure(error, 'VMs that it had started go on; see: drover status');
    }
  }

  /** @throws `NoWorker` where the wave goes on and nobody can be asked */
  async state(): Promise<WaveState> {
    const state = await this.tryState();
    if (state !== null) return state;
    throw noWorker(this.workflowId);
  }

  /**
   * The state with what is left of the wave, as rates that were measured have it, and why disks wait: two more questions.
   *
   * @throws `NoWorker`
   */
  async status(): Promise<WaveStatus> {
    const state = await this.state();
    const goesOn = state.vms.some(({ phase }) => phase !== 'ended' && phase !== 'parked');
    if (!goesOn) return state;
    const [rates, waits] = await Promise.all([readRates(this.client), this.waits(state)]);
    return { ...state, left: leftOfWave(state, rates), ...(waits?.length !== 0 && { waits }) };
  }

  private async waits({ vms }: WaveState): Promise<ShownWait[] | null> {
    const running = vms.filter(({ phase }) => phase === 'running').map(({ workflowId }) => workflowId);
    return running.length === 0 ? [] : readWaits(this.client, running);
  }

  /** Null where the wave goes on and no worker answers. */
  async tryState(): Promise<WaveState | null> {
    if (await this.runs()) return queryWave(this.client, this.workflowId);
    return this.result();
  }

  /**
   * Waits until the plan is resolved: its VMs are known, or its problems are.
   *
   * @throws `Refused`, `NoWorker`
   */
  resolved(): Promise<WaveState> {
    return this.once(({ phase }) => phase !== 'resolving');
  }

  /**
   * Waits until each VM that may start at once has started, or was refused.
   *
   * @throws `Refused`, `NoWorker`
   */
  begun(): Promise<WaveState> {
    return this.once((state) => state.phase === 'ended' || (state.phase === 'migrating' && haveBegun(state)));
  }

  /**
   * No more VMs start; those that run go on.
   *
   * @throws `InvalidInput`, `Refused`, `NoWorker`, as the other words
   */
  pause(request: OperatorRequest): Promise<WaveAnswer> {
    return this.say('pause', pauseUpdate, request);
  }

  /** Ends the pause; of a wave that is not paused, whatever else waits for an operator. */
  resume(request: OperatorRequest): Promise<WaveAnswer> {
    return this.say('resume', resumeUpdate, request);
  }

  /** Takes VMs out of the wave that have not started: one, or those of a group. */
  skip(request: SkipRequest): Promise<WaveAnswer> {
    return this.say('skip', skipUpdate, request);
  }

  /** Gives VMs up: one, those of a group, or all. */
  cancel(request: CancelRequest): Promise<WaveAnswer> {
    return this.say('cancel', cancelUpdate, request);
  }

  /**
   * Takes further VMs of its plan into the wave. Of the manifests it sends what these VMs need.
   *
   * @returns when they are frozen, which may take minutes
   * @throws `InvalidInput` with everything that refuses any of them: then none is added; and as the other words
   */
  async add({ manifests, vms, ...said }: AddRequest): Promise<AddAnswer> {
    const { chosen, problems } = chooseEntries(manifests, vms);
    if (problems.length > 0) throw invalidInput(problems);
    const places = chosen.map(({ place }) => place);
    const request: AddRequest = { ...said, vms, manifests: someOfPlan(manifests, places) };
    const { wrong } = readWaveRequest('add', request);
    if (wrong !== null) throw new DroverError('InvalidInput', wrong);
    const word = await sayWord(this.client, this.workflowId, () =>
      this.client.workflow
        .getHandle(this.workflowId)
        .startUpdate(addUpdate, { args: [request], waitForStage: 'ACCEPTED' }),
    );
    const answer = await wordDone(this.client, word);
    const found = answer.problems.map((problem) => placedIn(places, problem));
    if (refuses(found)) throw invalidInput(found);
    return { ...answer, problems: found };
  }

  private say<R extends OperatorRequest>(
    action: Exclude<WaveDecision['action'], 'add'>,
    update: UpdateDefinition<WaveAnswer, [R]>,
    request: R,
  ): Promise<WaveAnswer> {
    const { wrong } = readWaveRequest(action, request);
    if (wrong !== null) throw new DroverError('InvalidInput', wrong);
    return sayWord(this.client, this.workflowId, () =>
      this.client.workflow.getHandle(this.workflowId).executeUpdate(update, { args: [request] }),
    );
  }

  private async once(holds: (state: WaveState) => boolean): Promise<WaveState> {
    for (let heardAt = Date.now(); ; await delay(RESOLVE_POLL_MS)) {
      const state = await this.tryState();
      if (state === null && Date.now() - heardAt > RESOLVE_SILENCE_MS) throw noWorker(this.workflowId);
      if (state === null) continue;
      if (holds(state)) return state;
      heardAt = Date.now();
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

/** A wave says why VMs are queued. One of an older worker does not: it starts them in their order. */
function haveBegun({ vms, maxConcurrentVms, holds }: WaveState): boolean {
  if (vms.some(({ phase }) => phase === 'starting')) return false;
  if (holds !== undefined) return true;
  const toMigrate = vms.filter(({ outcome }) => outcome !== 'alreadyMigrated');
  return toMigrate.slice(0, maxConcurrentVms).every(({ phase }) => phase !== 'queued');
}

function noWorker(workflowId: string): DroverError {
  return new DroverError('NoWorker', `no worker answers for ${workflowId}; start one: drover worker`);
}

function notFound(workflowId: string): DroverError {
  return new DroverError('NotFound', `no migration has the id ${workflowId}; list them: drover status`);
}
