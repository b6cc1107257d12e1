/**
 * Refusals that are not an API server's last word.
 *
 * A server that has just begun answers before it has loaded its RBAC objects: it refuses every right, to everybody, also to look
 * at `/readyz`. Nothing in the refusal tells it from one that lasts. So Drover believes that a right is missing only if the
 * server said on the same connection that it is ready, and then refused again: behind a load balancer another connection may
 * lead to another server. Where a server never tells Drover whether it is ready, the refusal has to last.
 *
 * A server that is busy, or that still builds a store, says when to come again (`Retry-After`).
 *
 * A request that changes something is never made later than it was meant to: meanwhile somebody else may have taken the step
 * over. Instead the step fails so that Temporal tries it again, with all that it looks at first. The look at `/readyz` itself
 * may take long, so right after it Drover looks at the clock, and whether the step is still its own.
 */
import { IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiCall, ApiError, refusesRight } from './errors';

/** Milliseconds for which a server is asked again: an operator is to hear of a right that is missing within seconds. */
export const PATIENCE_MS = 10_000;
const PAUSE_MS = 250;

/** A request that may be made again: nothing was done where it was refused. */
export interface Question<R> {
  call: ApiCall;
  /** @param line the connection to use; absent: any */
  ask: (line?: Agent) => Promise<R>;
  /** Whether a yes changes something. */
  changes: boolean;
  /** Rejects where nobody wants the change any more; asked before it is sent again. */
  requireWanted: () => Promise<void>;
  /** Whether an answer says that a right is missing: a review's does. */
  lacksRight?: (answer: R) => boolean;
  /** Whether the server says that it is ready; null where it does not tell. */
  isReady: (line: Agent) => Promise<boolean | null>;
  patienceMs: number;
}

/**
 * The answer, or the refusal, of a server that can be believed.
 * @throws ApiError: of status 503 where the server was not ready, and can not be asked again, or was not ready for too long
 */
export async function lastWord<R>(question: Question<R>): Promise<R> {
  const until = Date.now() + question.patienceMs;
  const word = await hear(question, { until });
  if (!word.isDoubtful) return word.take();
  const line = new Agent({ keepAlive: true, maxSockets: 1 });
  let answer: unknown;
  try {
    return (answer = await lookAgain(question, { word, line, until })) as R;
  } finally {
    endWith(answer, line);
  }
}

interface Looks<R> {
  /** What was heard first. */
  word: Heard<R>;
  line: Agent;
  /** Milliseconds since 1970. */
  until: number;
}

async function lookAgain<R>(question: Question<R>, { word, line, until }: Looks<R>): Promise<R> {
  let last = word;
  for (let isFirst = true; ; isFirst = false) {
    const isReady = await question.isReady(line);
    if (question.changes ? isFirst && isReady === true : isReady !== false) {
      if (question.changes) await requireInTime(question, until);
      last = await hear(question, { line, until });
      if (!last.isDoubtful || isReady === true) return last.take();
    } else if (isReady === true) throw notReady(question.call);
    if (Date.now() > until) {
      if (isReady === null) return last.take();
      throw notReady(question.call);
    }
    await delay(PAUSE_MS);
  }
}

/** @throws ApiError of status 503 where patience is over; what `requireWanted` throws */
async function requireInTime<R>({ call, requireWanted }: Question<R>, until: number): Promise<void> {
  if (Date.now() > until) {
    const said = 'the API server refused this, and took too long to say whether it is ready (/readyz)';
    throw new ApiError(call, 503, { reason: 'NotReady', said });
  }
  await requireWanted();
}

interface Heard<R> {
  /** It may be the word of a server that has not loaded its rights. */
  isDoubtful: boolean;
  /** Returns the answer, or throws the refusal. */
  take: () => R;
}

async function hear<R>(
  { ask, changes, lacksRight }: Question<R>,
  { line, until }: { line?: Agent; until: number },
): Promise<Heard<R>> {
  try {
    const answer = await (changes ? ask(line) : whileBusy(() => ask(line), until));
    return { isDoubtful: lacksRight?.(answer) ?? false, take: () => answer };
  } catch (error) {
    if (!refusesRight(error)) throw error;
    const take = () => {
      throw error;
    };
    return { isDoubtful: true, take };
  }
}

/** Comes again as often as the server says when, for as long as there is patience. */
async function whileBusy<R>(ask: () => Promise<R>, until: number): Promise<R> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const pause = error instanceof ApiError ? error.retryAfterMs : null;
      if (pause === null || Date.now() + pause > until) throw error;
      await delay(pause);
    }
  }
}

function notReady(call: ApiCall): ApiError {
  const said =
    'the API server refused this while it said that it is not ready (/readyz): it may not have loaded yet who has which rights';
  return new ApiError(call, 503, { reason: 'NotReady', said });
}

/** A stream goes on after it was opened, and needs its connection until it ends. */
function endWith(answer: unknown, line: Agent): void {
  if (answer instanceof IncomingMessage) answer.once('close', () => line.destroy());
  else line.destroy();
}
