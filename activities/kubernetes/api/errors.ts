/** Maps what the Kubernetes API answers, or fails to answer, to failures that are safe to show. */
import type { ApplicationFailure } from '@temporalio/common';
import { cut } from '../../../plan/cut';
import type { FailureKind } from '../../../plan/failures';
import { failure } from '../../failure';

/** Longest part of the API server's own words that we repeat. */
const LONGEST_QUOTE = 300;

/** What was asked, for people: `create jobs migrated/web-01-convert-1`. */
export interface ApiCall {
  verb: string;
  plural: string;
  namespace?: string;
  name?: string;
}

/** What is kept of a refusal. */
export interface Refusal {
  /** `Status.reason`, as `AlreadyExists`. */
  reason: string;
  /** `Status.message`, shortened; empty for Secrets, whose messages may quote their content. */
  said: string;
  /** Milliseconds after which the server wants to be asked again; absent or null where it does not. */
  retryAfterMs?: number | null;
}

/** The API server said no. Its message is ours; the server's own words are in `said`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: string;
  readonly said: string;
  readonly retryAfterMs: number | null;

  constructor(
    readonly call: ApiCall,
    readonly status: number,
    { reason, said, retryAfterMs = null }: Refusal,
  ) {
    super(`${describeCall(call)}: ${status} ${reason}`);
    this.reason = reason;
    this.said = said;
    this.retryAfterMs = retryAfterMs;
  }

  /** For people: what the server said; where it said nothing, its code and reason. */
  get words(): string {
    return this.said === '' ? `${this.status} ${this.reason}` : this.said;
  }

  /**
   * From an answer's body, of which nothing but reason and message is kept.
   * @param retryAfter the header
   */
  static fromBody(call: ApiCall, status: number, body: string, retryAfter?: string): ApiError {
    const { reason, message } = readStatus(body);
    const said = call.plural === 'secrets' ? '' : shorten(message);
    return new ApiError(call, status, { reason, said, retryAfterMs: pauseOf(status, retryAfter) });
  }
}

/** Of a server that has done nothing yet; after any other answer it may have. Seconds (RFC 9110): Kubernetes says no dates. */
function pauseOf(status: number, retryAfter: string | undefined): number | null {
  const wantsAgain = (status === 429 || status === 503) && /^\d{1,4}$/.test(retryAfter ?? '');
  return wantsAgain ? Number(retryAfter) * 1000 : null;
}

/** There was no answer: refused, reset, timed out, or a certificate that does not fit. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  /** @param reason a system error's code, as `ECONNREFUSED`. */
  constructor(
    readonly call: ApiCall,
    readonly reason: string,
  ) {
    super(`${describeCall(call)}: no answer (${reason})`);
  }
}

/** A step whose moment is over: the next attempt looks afresh. */
export function sentTooLate(call: ApiCall): ApplicationFailure {
  return failure('WaitFailed', `${describeCall(call)}: not sent, because its moment was over`);
}

export function isStatus(error: unknown, status: number, reason?: string): error is ApiError {
  return (
    error instanceof ApiError && error.status === status && (reason === undefined || error.reason === reason)
  );
}

export const isMissing = (error: unknown): error is ApiError => isStatus(error, 404);
export const isTaken = (error: unknown): error is ApiError => isStatus(error, 409, 'AlreadyExists');

/** Whether the server says that the login lacks a right: by RBAC, not by a quota or a rule of admission. */
export function refusesRight(error: unknown): boolean {
  return isStatus(error, 403) && kindOfForbidden(error.said) === 'TargetRightsMissing';
}

/** Failures, cancellations and bugs pass as they are; errors of the API become failures. */
export function clusterFailure(error: unknown): unknown {
  if (error instanceof NoAnswerError) return failure('TargetUnreachable', error.message);
  return error instanceof ApiError ? fromApiError(error) : error;
}

/** Does the work. What it throws is in the words of {@link clusterFailure}. */
export async function withoutForeignErrors<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw clusterFailure(error);
  }
}

function fromApiError(error: ApiError): ApplicationFailure {
  return failure(kindOf(error), `${describeCall(error.call)}: ${error.words}`);
}

function kindOf(error: ApiError): FailureKind {
  switch (error.status) {
    case 401:
      return 'TargetRightsMissing';
    case 403:
      return kindOfForbidden(error.said);
    case 408:
    case 429:
      return 'TargetUnreachable';
    case 409:
      // Written by someone else in the meantime: the next attempt reads it afresh.
      return error.reason === 'AlreadyExists' ? 'NameTaken' : 'TargetUnreachable';
    default:
      return error.status >= 500 ? 'TargetUnreachable' : 'TargetRefused';
  }
}

/** A 403 is RBAC, a quota or an admission rule; only the words tell them apart. */
function kindOfForbidden(said: string): FailureKind {
  if (isQuota(said)) return 'QuotaExceeded';
  return said === '' || /\bcannot \w+ (resource|path)\b/.test(said) ? 'TargetRightsMissing' : 'TargetRefused';
}

/** Whether an API server's words are of a quota: of one that is used up, or that wants what an object does not say. */
export function isQuota(said: string): boolean {
  return /exceeded quota|insufficient quota|failed quota/i.test(said);
}

/** `create jobs migrated/web-01-convert-1`. */
export function describeCall({ verb, plural, namespace, name }: ApiCall): string {
  const place = [namespace, name].filter((part) => part).join('/');
  return place === '' ? `${verb} ${plural}` : `${verb} ${plural} ${place}`;
}

function readStatus(body: string): { reason: string; message: string } {
  try {
    const { reason, message } = JSON.parse(body) as { reason?: unknown; message?: unknown };
    return {
      reason: typeof reason === 'string' && reason !== '' ? shorten(reason) : 'Unknown',
      message: typeof message === 'string' ? message : '',
    };
  } catch {
    // A proxy's page, or nothing at all: not ours to repeat.
    return { reason: 'Unknown', message: '' };
  }
}

/** One line of at most {@link LONGEST_QUOTE} characters. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return cut(line, LONGEST_QUOTE);
}
