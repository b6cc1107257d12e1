/**
 * The workflows as the outside sees them: ids, queues, inputs, results, messages, search attributes.
 * `docs/temporal-api.md` is generated from here; a change is a change of a public interface.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type {
  ConsolePage,
  ConsoleRequest,
  ConversionReport,
  CopyLogPage,
  CopyLogRequest,
  GuestProof,
  InventoryKind,
  InventoryPage,
  Manifests,
  SourceConnection,
} from '../activities/interfaces';
import type { HookResults, HookStep } from '../plan/hooks';
import type { Changes, KeptChange } from '../plan/changes/keys';
import type { NamedProvider } from '../plan/read-source';
import type { CheckedImages } from '../plan/images';
import type { CopyMethod, FrozenDisk, FrozenVm, MigratedVm, MigrationPolicy } from '../plan/frozen';
import type { PowerReading } from '../plan/inventory';
import type { VmRef } from '../plan/vm-ref';
import type { Failure, FailureKind } from '../plan/failures';
import type { Problem } from '../plan/problem';
import type { Window } from '../plan/manifests/windows';
import type { VmRole, WaveRules } from '../plan/wave';
import type { Standing } from '../plan/windows';
import { DEFAULT_TASK_QUEUE } from '../plan/task-queue';
import { PHASES, type Phase } from './phase-order';

/** Workflows and quick activities, where nobody names another. Its waits are on the queue that `waitQueueOf` names. */
export const TASK_QUEUE = DEFAULT_TASK_QUEUE;

// ---- Search attributes --------------------------------------------------------------------------------------

export const searchAttributes = {
  plan: defineSearchAttributeKey('DroverPlan', 'KEYWORD'),
  vm: defineSearchAttributeKey('DroverVm', 'KEYWORD'),
  phase: defineSearchAttributeKey('DroverPhase', 'KEYWORD'),
  outcome: defineSearchAttributeKey('DroverOutcome', 'KEYWORD'),
  /** Failure kind of a VM that waits for an operator; absent otherwise. */
  attention: defineSearchAttributeKey('DroverAttention', 'KEYWORD'),
} as const;

// ---- migrateVm ----------------------------------------------------------------------------------------------

export { PHASES, type Phase };

/** `alreadyMigrated`: an earlier migration of the VM was finished, its target stands, and nothing was touched. */
export type Outcome = 'succeeded' | 'alreadyMigrated' | 'failed' | 'aborted';

/** Whether a VM is where its plan, or later an operator, wants it. */
export function wentWell(outcome: Outcome | RollBackOutcome | 'skipped' | 'terminated' | null): boolean {
  const good = ['succeeded', 'alreadyMigrated', 'rolledBack', 'final'];
  return outcome !== null && good.includes(outcome);
}

export interface PhaseTiming {
  phase: Phase;
  /** ISO 8601. */
  startedAt: string;
  endedAt: string | null;
}

/** One try at one disk. */
export interface CopyAttempt {
  /** Counts over the whole migration: 1, 2, … */
  number: number;
  method: 'import' | 'plugin';
  startedAt: string;
  endedAt: string | null;
  /** `stopped`: by an abort or a cancellation. */
  outcome: 'running' | 'copied' | 'failed' | 'stopped';
  failure: Failure | null;
  /** The plugin's image as the node ran it, `…@sha256:…`; null for an import, and where no container came to run. */
  image: string | null;
  /** Bytes that the copier says it moved; null where it does not say. */
  bytes: number | null;
}

/** Attempts that a record holds; of more, the last. */
export const MOST_ATTEMPTS_KEPT = 10;

export type DiskPhase = 'waiting' | 'copying' | 'copied' | 'failed';

/** Why a disk is imported although its datastore is mapped to a plugin. */
export interface FellBack {
  /** Image of that plugin. */
  from: string;
  /** When the plugin was given up; null where the plan had it so. */
  at: string | null;
  /** How it had failed; null where the plan had it so. */
  kind: FailureKind | null;
  message: string;
}

export interface DiskState {
  key: number;
  index: number;
  path: string;
  volumeName: string;
  /** How it is copied, or was. */
  method: 'import' | 'plugin';
  fellBack?: FellBack;
  /** An earlier run copied it, and this one has kept the copy. */
  adopted?: true;
  capacityBytes: number;
  phase: DiskPhase;
  /** Since when its copy waits for its turn (transfer slots); absent: it does not. */
  waitingSince?: string;
  /** Before it was copied, how many seconds that would take; absent: nothing like it was measured yet. */
  estimatedSeconds?: [low: number, high: number];
  attempts: number;
  /** The last of them that have ended, oldest first. Older versions kept none. */
  attemptLog?: CopyAttempt[];
  bytesCopied: number | null;
  startedAt: string | null;
  endedAt: string | null;
  failure: Failure | null;
}

/** Why a VM is parked. It stays so until an operator or the deadline decides. */
export interface Attention {
  phase: Phase;
  since: string;
  deadline: string;
  failure: Failure;
}

/** Who decided what, kept for ever in the result. */
export interface Decision {
  at: string;
  /** `skip`: the plan's policy gave the VM up, and its wave does not count it as failed. */
  action:
    | 'retry'
    | 'reset'
    | 'adopt'
    | 'removeLeftOver'
    | 'abort'
    | 'cancel'
    | 'deadline'
    | 'skip'
    | 'rollBack'
    | 'finalize';
  who: string;
  why: string;
  /** What a retry changed, as it was and is; absent where it changed nothing. */
  changes?: KeptChange[];
  /** Of a reset: the phase that is done again. */
  to?: Phase;
}

/** What an unfinished run of the migration left, and what of it may be kept. */
export interface LeftOver {
  /** When this run took it over; null: nobody has decided, and this is what an adoption would do. */
  adoptedAt: string | null;
  /** Of each disk whether its copy is kept, and why, or why not. */
  disks: { index: number; kept: boolean; why: string }[];
  /** The conversion goes on where it stopped. */
  conversionGoesOn: boolean;
  /** Why nothing can be adopted; null where it can. */
  refusal: string | null;
}

/** The last attempt at a hook. */
export interface HookRun {
  step: HookStep;
  /** Of the hook. */
  name: string;
  /** Counts over the whole migration: 1, 2, … */
  attempt: number;
  startedAt: string;
  endedAt: string | null;
  /** `stopped`: by an abort, a cancellation, or the end of the parking that it ran beside. */
  outcome: 'running' | 'succeeded' | 'failed' | 'stopped';
  failure: Failure | null;
  /** What it says to later hooks; none unless it succeeded. */
  results: HookResults;
  /** What a person should look at, though it succeeded. */
  warning: string | null;
  /** The last lines of its log, oldest first, without control characters; empty until it has ended. */
  log: string[];
}

export interface VmState {
  plan: { namespace: string; name: string };
  vm: { name: string; moref: string };
  target: { namespace: string; name: string };
  phase: Phase;
  outcome: Outcome | null;
  attention: Attention | null;
  /** Since when the whole VM waits for its turn: none of its disks is copied meanwhile, and nothing is converted. */
  waitingSince?: string;
  /** While it waits for its cutover window: when that opens. */
  window?: Standing;
  /** Absent where nothing was found, or nobody looked. */
  leftOver?: LeftOver;
  disks: DiskState[];
  /** In the order in which they ran last; absent where none has run. */
  hooks?: HookRun[];
  timings: PhaseTiming[];
  /**
   * Source as we left it. `stoppedByUs` decides whether a restore starts it. Times are the workflow's own, so
   * that downtime is measured with one clock.
   */
  source: {
    ranAtStart: boolean | null;
    stoppedByUs: boolean;
    stoppedAt: string | null;
    startedAgainAt: string | null;
    /** What vCenter said of it when it was proven off: a rollback asks whether it ran since. Older versions kept nothing. */
    off?: Pick<PowerReading, 'bootTime' | 'lastPowerOn'>;
  };
  targetRunningAt: string | null;
  conversion: ConversionReport | null;
  /** How the guest has shown that it is up; null where it has not, or the plan does not ask. */
  proof: GuestProof | null;
  decisions: Decision[];
  failure: Failure | null;
  /** What an abort could not remove, and why. */
  left: string[];
  /** Given up by a policy `skip` of its plan: its wave counts it as skipped. */
  skipped?: true;
}

/**
 * How a migration ended. One that was given up (by an operator, a cancellation or the deadline of parking) ends
 * `aborted` and its workflow completes, so that the report always has its record; the workflow fails only where
 * Drover itself does.
 */
export type VmResult = VmState & { outcome: Outcome };

/** An operator's word: who and why are kept in the record. */
export interface OperatorRequest {
  who: string;
  why: string;
}

export const stateQuery = defineQuery<VmState>('state');
/** `changes`: settings with which the VM goes on, by the keys of `plan/changes/keys.ts`. */
export interface RetryRequest extends OperatorRequest {
  changes?: Changes;
}

/** Goes on at the failed step. Refused where nothing waits for an operator; where changes are refused, the VM stays parked. */
export const retryUpdate = defineUpdate<VmState, [RetryRequest]>('retry');
/** Goes on with what an unfinished run has left, as far as it is proven. Refused unless parked as `TargetLeftOver`. */
export const adoptUpdate = defineUpdate<VmState, [OperatorRequest]>('adopt');
/** Removes what an unfinished run has left, and begins anew. Refused unless parked as `TargetLeftOver`. */
export const removeLeftOverUpdate = defineUpdate<VmState, [OperatorRequest]>('removeLeftOver');
/** `to`: the phase that is to be done again, with all after it. */
export interface ResetRequest extends OperatorRequest {
  to: Phase;
}

/** Goes back to before a phase. Refused where nothing waits for an operator, and where it would do harm. */
export const resetUpdate = defineUpdate<VmState, [ResetRequest]>('reset');
/** Gives the migration up: target gone, source as it was. Refused once the migration has ended. */
export const abortUpdate = defineUpdate<VmState, [OperatorRequest]>('abort');
/** From its wave: as `abort`. */
export const giveUpSignal = defineSignal<[OperatorRequest]>('giveUp');

// ---- rollBackVm, finalizeVm ---------------------------------------------------------------------------------

/** In order. `run-target` runs only when a rollback is given up, and `finalize` alone makes the target final. */
export const ROLL_BACK_PHASES = [
  'look',
  'stop-target',
  'start-source',
  'note',
  'delete-target',
  'run-target',
  'finalize',
] as const;
export type RollBackPhase = (typeof ROLL_BACK_PHASES)[number];

/**
 * `refused`: the look found a reason, and nothing was touched. `aborted`: it was given up before the source was started, and
 * the target is as it was. `final`: the target is never rolled back any more.
 */
export const ROLL_BACK_OUTCOMES = ['rolledBack', 'final', 'refused', 'aborted'] as const;
export type RollBackOutcome = (typeof ROLL_BACK_OUTCOMES)[number];

/** Which migration, and who wants what becomes of it. */
export interface FinishedRequest extends OperatorRequest {
  vcenterUuid: string;
  moref: string;
  /** The run of the migration: its target is proven by it, and nothing is done to the target of another run. */
  runId: string;
}

export interface RollBackInput extends FinishedRequest {
  /** Absent: started if it ran before its migration. */
  source?: 'start' | 'leaveOff';
  /** Absent: the target is kept, halted, with its volumes. */
  deleteTarget?: boolean;
}

/** Of `finalizeVm`, too. */
export interface RollBackState {
  vm: { name: string; moref: string };
  /** Null until the record of the migration was read. */
  plan: { namespace: string; name: string } | null;
  target: { namespace: string; name: string } | null;
  /** Of the migration. */
  runId: string;
  asked: Decision;
  phase: RollBackPhase;
  outcome: RollBackOutcome | null;
  attention: (Omit<Attention, 'phase'> & { phase: RollBackPhase }) | null;
  timings: (Omit<PhaseTiming, 'phase'> & { phase: RollBackPhase })[];
  /** When the target was proven off; null where it has not been. */
  targetStoppedAt: string | null;
  /** Whether the source is to run; null until that is known. */
  startsSource: boolean | null;
  /** Null where it was not started by this rollback. */
  sourceStartedAt: string | null;
  deletesTarget: boolean;
  decisions: Decision[];
  failure: Failure | null;
  /** What could not be removed or put back, and why. */
  left: string[];
}

export type RollBackResult = RollBackState & { outcome: RollBackOutcome };

/** A rollback hears the words of a migration: it runs under the migration's id. */
export const retryRollBackUpdate = defineUpdate<RollBackState, [OperatorRequest]>('retry');
export const abortRollBackUpdate = defineUpdate<RollBackState, [OperatorRequest]>('abort');
export const rollBackStateQuery = defineQuery<RollBackState>('state');

// ---- copyDisk -----------------------------------------------------------------------------------------------

export type CopyPolicy = Pick<
  MigrationPolicy,
  | 'copyAttempts'
  | 'importRestarts'
  | 'copyDeadlineSeconds'
  | 'copyStartDeadlineSeconds'
  | 'stallWarningSeconds'
  | 'stallDeadlineSeconds'
>;

export interface CopyDiskInput {
  vm: VmRef;
  disk: FrozenDisk;
  policy: CopyPolicy;
  connection: SourceConnection;
  /** Names this filling of the volume, over all attempts. */
  copyId: string;
  /** 1 at first; a retry goes on counting, so that no attempt shares a Job with another. */
  firstAttempt: number;
}

export interface CopyDiskState {
  /** The attempt that runs, or ran last. */
  attempt: number;
  /** Why each former attempt failed. */
  failures: Failure[];
  /** What became of the last attempts, oldest first. Older versions kept none. */
  attemptLog?: CopyAttempt[];
}

/** A disk that can't be copied fails its workflow: type is the failure's kind, the only detail its state. */
export interface CopyDiskResult extends CopyDiskState {
  copyId: string;
  /** Bytes that the copier says it moved; null where it does not say. */
  bytes: number | null;
}

export const copyStateQuery = defineQuery<CopyDiskState>('state');

// ---- migrateWave --------------------------------------------------------------------------------------------

export interface WaveInput {
  manifests: Manifests;
  only?: string[];
  again?: string[];
  /** Its VMs keep what unfinished runs of their migrations have left, as far as it is proven. */
  adopt?: true;
  /** What a wave hands on to its next run, whose history is empty. No client gives it. */
  continued?: Record<string, unknown>;
}

export interface StartWaveInput extends Omit<WaveInput, 'continued'> {
  /** The plan among the manifests. */
  plan: { namespace: string; name: string };
}

export interface StartWaveResult {
  /** Of the wave. */
  workflowId: string;
  /** False where a wave of the plan ran still. */
  started: boolean;
}

/**
 * How a VM of a wave ended. `skipped`: an operator took it out of the wave before it started, or its migration was given up by
 * a policy of the plan that has it so.
 */
export type WaveOutcome = Outcome | 'skipped';

/** As waves and lists count a VM's migration: one that was given up by a policy `skip` counts as skipped. */
export function countedOutcome<O extends Outcome | null>({
  outcome,
  skipped,
}: {
  outcome: O;
  skipped?: true;
}): O | 'skipped' {
  return outcome === 'aborted' && skipped === true ? 'skipped' : outcome;
}

export interface WaveVm {
  name: string;
  moref: string;
  workflowId: string;
  /**
   * One that is `starting` is refused where another migration of the VM runs. A parked VM waits for an operator and
   * holds no slot of its wave.
   */
  phase: 'queued' | 'starting' | 'running' | 'parked' | 'ended';
  outcome: WaveOutcome | null;
  failure: Failure | null;
  /** Its disks: how many, their capacity together, and how they are to be copied. Older versions did not say. */
  disks?: number;
  bytes?: number;
  methods?: CopyMethod['kind'][];
  /** What `spec.drover.wave` says of it; absent where it says nothing. */
  group?: string;
  priority?: number;
  canary?: true;
  /** It ended before it started: skipped, or cancelled. */
  unstarted?: true;
  /** A resume let the wave go on in spite of it: its gate no longer counts it. */
  forgiven?: true;
  /** Who cancels it while it runs; its own migration hears of it. */
  cancelled?: OperatorRequest;
}

/** Why a VM that is queued is not started. Several may hold at once. */
export interface WaveHold {
  /**
   * `canary`, `group`: VMs that are to be migrated first. `gate`: too many failed. `window`: no start window is open.
   * `slots`: `maxConcurrentVms` run.
   */
  kind: 'paused' | 'gate' | 'window' | 'canary' | 'group' | 'slots';
  /** One sentence, for people. */
  why: string;
  /** ISO 8601. */
  since: string;
  /** Whether nobody but an operator ends it: by `resume`, or by a retry of what is parked. */
  needsOperator: boolean;
  /** The group that waits; absent where the hold is for all. */
  group?: string;
  /** Names of the VMs that are waited for, the first of them. */
  vms: string[];
  /** How many there are. */
  count: number;
  /** Of a `window`: when the next one opens, ISO 8601. */
  until?: string;
}

/** An operator's word to a wave, kept in its result. */
export interface WaveDecision {
  at: string;
  action: 'pause' | 'resume' | 'skip' | 'cancel' | 'add';
  who: string;
  why: string;
  /** What it was about: `wave`, `group NAME`, `VM NAME`, `VMs NAME, NAME`; of a resume, what it ended. */
  about: string;
  /** VMs that it concerned. */
  vms: number;
}

export interface WaveState {
  plan: { namespace: string; name: string };
  phase: 'resolving' | 'migrating' | 'ended';
  problems: Problem[];
  maxConcurrentVms: number;
  vms: WaveVm[];
  /** What the plan says of its wave; absent where it says nothing. */
  rules?: WaveRules;
  /** How its start windows stand; absent where it has none, and until it has looked. */
  window?: Standing;
  /** Set while an operator has it paused. */
  paused?: { at: string; who: string; why: string };
  /** Why queued VMs are not started; absent where there is no reason but their turn. */
  holds?: WaveHold[];
  /** Older versions kept none. */
  decisions?: WaveDecision[];
  /** By a resume: canaries hold nobody any more, and neither do the failed VMs of these groups. */
  released?: { canary: boolean; groups: string[] };
  /** How many VMs stand how, by group; those of no group last. Older versions counted none. */
  counts?: WaveCount[];
  /** Where there are more VMs than one answer holds: ask for the next from this one on. */
  next?: number;
}

/** Of one group. */
export interface WaveCount {
  /** Null: of no group. */
  group: string | null;
  total: number;
  /** Of those that have not ended; absent where there is none. */
  phases: Partial<Record<Exclude<WaveVm['phase'], 'ended'>, number>>;
  outcomes: Partial<Record<WaveOutcome, number>>;
}

/** A plan that can't be read at all (vCenter unreachable, login refused) fails the workflow with that kind. */
export interface WaveResult extends WaveState {
  /** True when every VM succeeded, was migrated before, or was skipped. */
  succeeded: boolean;
  /** Where they are too many for one message, only those of VMs whose pages are lost. */
  results: VmSummary[];
  /** Set where `results` has not all: the results of these pages have the others, in the order of the plan. */
  pages?: PageRef[];
}

/** One page of a wave, whose result has the rows of its VMs. */
export interface PageRef {
  workflowId: string;
  runId: string;
}

/**
 * What a migration waits for while none of its phases works; in `await-turn`, for its turn, and in `await-window`, for its
 * cutover window. For one more: name it here, say in `migrate-wave/times.ts` how its record tells it, and in `client/render/report/spans.ts` how it is shown.
 */
export const WAIT_CAUSES = ['operator', 'turn', 'window'] as const;
export type WaitCause = (typeof WAIT_CAUSES)[number];

/** What a VM did or waited for, from when to when: whole seconds since its migration began. */
export type Span = [what: Phase | WaitCause, from: number, to: number];

/**
 * One row of a report. Durations are seconds. A wave keeps thousands of rows, so each is bounded to about 1 KiB: of what may
 * be long, the row has the last or the beginning. Older versions kept less.
 */
export interface VmSummary {
  name: string;
  target: string;
  disks: number;
  bytes: number;
  methods: string[];
  /** Its disks, by index, that were imported although their datastores are mapped to plugins; absent where none was. */
  fellBack?: (FellBack & { disk: number })[];
  downtimeSeconds: number | null;
  phaseSeconds: Partial<Record<Phase, number>>;
  outcome: WaveOutcome;
  failure: Failure | null;
  /** Its group in the wave; absent where it is of none. */
  group?: string;
  /** Of one that was migrated before: when and by which plan; absent for all others. */
  migrated?: MigratedBefore;
  /** When its migration began and ended, ISO 8601; absent where it did not start. */
  startedAt?: string;
  endedAt?: string;
  /** By what it waited for; absent where it never waited. */
  waitSeconds?: Partial<Record<WaitCause, number>>;
  /** Attempts at its disks, all together; absent where none was begun. */
  attempts?: number;
  /** How long all of its copies would take, before they began; absent where nothing like one of them was measured yet. */
  estimatedCopySeconds?: [low: number, high: number];
  /** The last words of operators about this VM, cut where they are long; absent where there was none. */
  decisions?: Decision[];
  /** In order, without gaps of more than a second; of many, the last. */
  timeline?: Span[];
}

export type MigratedBefore = Pick<MigratedVm, 'plan' | 'at' | 'targetStands'>;

/** From that VM on, counted from 0, as `next` of the answer before says; without it, from the first. */
export const waveStateQuery = defineQuery<WaveState, [from?: number]>('state');
/** From a VM to the page that it was started by, with its moref: it waits for an operator, and goes on. */
export const vmParkedSignal = defineSignal<[string]>('vmParked');
export const vmResumedSignal = defineSignal<[string]>('vmResumed');

/** One VM of a wave, by name, moref or workflow id, or those of a group. */
export type SkipRequest = OperatorRequest & { vm?: string; group?: string };
/** `all`: the whole wave. */
export type CancelRequest = SkipRequest & { all?: true };

/** Small, whatever the wave: it stays in the history. */
export interface WaveAnswer {
  /** False where it was so already. */
  changed: boolean;
  /** What became of it, in a clause: `3 VMs of group web are skipped`. */
  done: string;
  /** Why queued VMs are not started, after it. */
  holds: WaveHold[];
}

/** VMs of the wave's plan that are not in the wave, as entries of `spec.vms` name them: by id or name. */
export type AddRequest = OperatorRequest & {
  vms: string[];
  /** The plan's. Its wave keeps none; of a large plan, give those of `vms` alone. */
  manifests: Manifests;
  /** They keep what unfinished runs of their migrations have left. Absent: they do if the wave was started so. */
  adopt?: true;
};

export interface AddAnswer extends WaveAnswer {
  /** Of the VMs that are to be added; with any `error`, none of them is. */
  problems: Problem[];
}

/** No VM is started any more; those that run go on. */
export const pauseUpdate = defineUpdate<WaveAnswer, [OperatorRequest]>('pause');
/** Ends the pause; of a wave that is not paused, whatever else waits for an operator. */
export const resumeUpdate = defineUpdate<WaveAnswer, [OperatorRequest]>('resume');
/** Takes VMs out of the wave that have not started. */
export const skipUpdate = defineUpdate<WaveAnswer, [SkipRequest]>('skip');
/** Gives VMs up: those that have not started end as aborted, those that run as by `abort`. */
export const cancelUpdate = defineUpdate<WaveAnswer, [CancelRequest]>('cancel');
/** Takes further VMs into the wave. The answer comes when they are frozen, or refused: it may take minutes. */
export const addUpdate = defineUpdate<AddAnswer, [AddRequest]>('add');

// ---- wavePage -----------------------------------------------------------------------------------------------

/** Which page of which wave speaks. */
export interface PageSender {
  /** Run id of the first run of the wave: equal in all of its runs. */
  wave: string;
  page: number;
}

export interface PageInput extends PageSender {
  /** The number of its first VM in the wave, counted from 0; the others follow. */
  first: number;
  rows: PageRow[];
  /** Their Plan has these VMs alone. */
  manifests: Manifests;
  again?: string[];
  adopt?: true;
  images?: CheckedImages;
}

export interface PageRow {
  moref: string;
  name: string;
  group?: string;
  priority?: number;
}

export interface PageResult {
  plan: { namespace: string; name: string };
  /** Of the VMs that have ended, in the order of the plan. */
  results: VmSummary[];
}

export const pageStateQuery = defineQuery<PageResult>('state');

/** From a page to its wave: its VMs are frozen, or they can't be. */
export interface PageFrozen extends PageSender {
  problems: Problem[];
  failure: Failure | null;
  /** Numbers of the VMs that turned out to be migrated already. */
  migrated: number[];
}

export type PageNewsItem =
  | { row: number; is: 'running' | 'parked' }
  | { row: number; is: 'ended'; outcome: WaveOutcome; failure: Failure | null };

/** From a page to its wave. Without any news it asks whether the wave is still there. */
export interface PageNews extends PageSender {
  news: PageNewsItem[];
}

/** From a wave to a page. VMs are numbers in the wave. */
export interface PageOrders {
  start?: number[];
  giveUp?: (OperatorRequest & { row: number })[];
  /** The wave has ended: so does the page. VMs that were never started, and why. */
  finish?: { row: number; outcome: 'skipped' | 'aborted' }[];
}

export const pageFrozenSignal = defineSignal<[PageFrozen]>('pageFrozen');
export const pageNewsSignal = defineSignal<[PageNews]>('pageNews');
export const pageOrdersSignal = defineSignal<[PageOrders]>('pageOrders');

// ---- short workflows ----------------------------------------------------------------------------------------

export interface CheckInput {
  manifests: Manifests;
  only?: string[];
  again?: string[];
  /** Page start; from `next` of the page before. */
  offset?: number;
}

/** Windows of a plan, and how they stand at the time of the check. */
export interface WindowLook {
  windows: Window[];
  standing: Standing;
}

export interface CheckResult {
  plan: { namespace: string; name: string };
  problems: Problem[];
  /** The frozen VMs: each is a valid input of `migrateVm`. */
  vms: FrozenVm[];
  /** VMs that were migrated before, and are left alone; absent where there is none. */
  migrated?: MigratedVm[];
  /** What the plan says of its wave; absent where it says nothing. */
  wave?: WaveRules;
  /** What each VM of the page is in the wave; absent where the plan says nothing of it. */
  roles?: VmRole[];
  /** Absent where the plan has none. */
  windows?: { start?: WindowLook; cutover?: WindowLook };
  total: number;
  next: number | null;
}

export interface InventoryInput {
  manifests: Manifests;
  provider?: NamedProvider;
  kind: InventoryKind;
  offset?: number;
}

export type InventoryResult = InventoryPage;

export type CopyLogInput = CopyLogRequest;
export type CopyLogResult = CopyLogPage;

export type ConsoleInput = ConsoleRequest;
export type ConsoleResult = ConsolePage;
