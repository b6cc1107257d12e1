/**
 * Failures on their way through workflows: what an activity, a child or our own code threw, as one of the known
 * kinds that states and results show.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  DeterminismViolationError,
  TerminatedFailure,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow';
import {
  describeFailure,
  isFailureKind,
  shortMessage,
  type Failure,
  type FailureKind,
} from '../plan/failures';

/** What it means that an activity never answered, where that is more than a lost wait. */
const TIMEOUT_KINDS: Partial<Record<string, FailureKind>> = {
  checkSource: 'SourceUnreachable',
  readPower: 'SourceUnreachable',
  readPowers: 'SourceUnreachable',
  awaitSharedDisks: 'SharedDiskNotReady',
  bindVolumes: 'VolumeNotBound',
  awaitPlugin: 'CopyDeadline',
  awaitImport: 'CopyDeadline',
  stopCopy: 'CopierLost',
  awaitConversion: 'ConversionLost',
  awaitHook: 'HookFailed',
  stopHook: 'CopierLost',
  awaitMachineRunning: 'MachineNotStarted',
  awaitGuestUp: 'GuestNotUp',
  removeMachine: 'MachineNotStopped',
  stopTarget: 'MachineNotStopped',
};

/** A failure of our own making, for a workflow to throw. */
export function fail(kind: FailureKind, message: string, ...details: unknown[]): ApplicationFailure {
  return ApplicationFailure.create({ type: kind, message, nonRetryable: true, details });
}

/** Any thrown thing as a {@link Failure}. Replay errors are no failures of a migration and pass through. */
export function toFailure(error: unknown): Failure {
  if (error instanceof DeterminismViolationError) throw error;
  const chain = causes(error);
  const typed = chain.findLast((cause) => cause instanceof ApplicationFailure);
  if (typed instanceof ApplicationFailure && isFailureKind(typed.type ?? '')) {
    return describeFailure(typed.type as FailureKind, oneLine(typed.message));
  }
  return withoutKind(chain);
}

/** What an activity's or a child's own failure says beside its kind and message; undefined where it says no more. */
export function detailOf(error: unknown): unknown {
  const typed = causes(error).findLast((cause) => cause instanceof ApplicationFailure);
  return typed instanceof ApplicationFailure ? typed.details?.[0] : undefined;
}

/**
 * Runs the body of a workflow. Only failures that Temporal knows end a workflow: anything else would leave it
 * running for ever, so it is made one, of kind `Unexpected`. A cancellation stays one.
 */
export async function failTyped<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { kind, message } = toFailure(error);
    throw fail(kind, message);
  }
}

function withoutKind(chain: readonly Error[]): Failure {
  const activity = chain.find((cause) => cause instanceof ActivityFailure);
  for (const cause of chain) {
    if (cause instanceof TimeoutFailure && activity instanceof ActivityFailure) {
      const kind = TIMEOUT_KINDS[activity.activityType] ?? 'WaitFailed';
      return describeFailure(kind, `${activity.activityType} gave no answer in time`);
    }
    if (cause instanceof WorkflowExecutionAlreadyStartedError) {
      return describeFailure('AlreadyMigrating', `workflow ${cause.workflowId} runs already`);
    }
    if (cause instanceof TerminatedFailure)
      return describeFailure('Unexpected', 'it was terminated from outside, which puts nothing back');
    if (cause instanceof CancelledFailure)
      return describeFailure('Unexpected', 'it was cancelled from outside');
  }
  const last = chain.at(-1);
  return describeFailure(
    'Unexpected',
    oneLine(last === undefined ? 'something other than an error was thrown' : last.message),
  );
}

/** The error and its causes, outermost first. */
function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error; next = next.cause) chain.push(next);
  return chain;
}

/** One line: multi-line texts are stacks or foreign bodies. */
function oneLine(message: string): string {
  return shortMessage(message.split('\n', 1)[0] ?? '');
}
