/** What can go wrong between a user and Temporal, said in one line. Failures of migrations are results, not errors. */
import { WorkflowFailedError, isGrpcDeadlineError, isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { type Failure, describeFailure, isFailureKind } from '../plan/failures';
import { MOST_PROBLEMS_SHOWN } from '../plan/limits';
import { type Problem, cutProblems, formatProblem } from '../plan/problem';

export type DroverErrorCode =
  /** The manifests or arguments can't be used; see `problems`. */
  | 'InvalidInput'
  /** The plan could not be read against source and target, or the workflow said no; see `failure`. */
  | 'Refused'
  /** The same plan or VM is on its way already. */
  | 'AlreadyMigrating'
  | 'NotFound'
  /** It was cancelled before it had a result, or terminated. */
  | 'NoResult'
  /** More than one VM goes by that name. */
  | 'Ambiguous'
  /** Temporal does not answer. */
  | 'Unreachable'
  /** No worker polls the task queue, or it does not answer. */
  | 'NoWorker'
  /** `drover setup` has not been run. */
  | 'SetupMissing';

interface DroverErrorOptions {
  problems?: readonly Problem[];
  failure?: Failure;
  cause?: unknown;
}

export class DroverError extends Error {
  override readonly name = 'DroverError';
  readonly problems: readonly Problem[];
  readonly failure: Failure | null;

  constructor(
    readonly code: DroverErrorCode,
    message: string,
    options: DroverErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.problems = options.problems ?? [];
    this.failure = options.failure ?? null;
  }
}

/** One line a problem, for the first hundred; `problems` has more. */
export function invalidInput(problems: readonly Problem[]): DroverError {
  const lines = cutProblems(problems, MOST_PROBLEMS_SHOWN).map(formatProblem);
  return new DroverError('InvalidInput', lines.join('\n'), { problems });
}

/** The typed failure inside a failed workflow or update; null where Drover's own code broke. */
export function failureOf(error: unknown): Failure | null {
  let cause: unknown = error;
  while (cause instanceof Error) {
    if (cause instanceof ApplicationFailure && cause.type != null && isFailureKind(cause.type)) {
      return describeFailure(cause.type, cause.message);
    }
    cause = cause.cause;
  }
  return null;
}

/**
 * A failed workflow as an error of ours; anything else comes back unchanged.
 *
 * @param leaves what a workflow of this type leaves as it is when it is terminated, and how to go on; default: nothing
 */
export function fromWorkflowFailure(error: unknown, leaves?: string): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  if (error.cause instanceof CancelledFailure) {
    return new DroverError('NoResult', 'it was cancelled before it had a result', { cause: error });
  }
  if (error.cause instanceof TerminatedFailure) {
    const consequence = leaves === undefined ? '' : `: ${leaves}`;
    const message = `it was terminated by hand${consequence}`;
    return new DroverError('NoResult', message, { cause: error });
  }
  const failure = failureOf(error);
  if (failure === null) return error;
  return new DroverError('Refused', `${failure.message}; ${failure.remedy}`, { failure, cause: error });
}

/** gRPC's numbers for the answers that we tell apart. */
export const GRPC = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** gRPC's status code of a failed call, also where the SDK wrapped it; null for other errors. */
export function grpcCode(error: unknown): number | null {
  let cause: unknown = error;
  while (cause instanceof Error) {
    if (isGrpcServiceError(cause)) return cause.code;
    cause = cause.cause;
  }
  return null;
}

export function isDeadline(error: unknown): boolean {
  const code = grpcCode(error);
  return isGrpcDeadlineError(error) || code === GRPC.deadlineExceeded || code === GRPC.cancelled;
}
