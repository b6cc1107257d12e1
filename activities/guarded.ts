/** Makes activities fail at once where a retry would fail again in the same way. */
import { log } from '@temporalio/activity';
import { failure } from './failure';

/** What JavaScript throws where code meets what it was not made for: a fault of ours, or a foreign workflow's input. */
const MISUSES = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Bytes of a result: Temporal takes at most 2 MiB in one message, and would retry a larger result for ever. */
const LARGEST_RESULT = 1.9 * 2 ** 20;

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * Wraps activities. A misuse error becomes `Unexpected`, which Temporal does not retry; the worker's log has the place
 * where it was thrown. A result that is too large for a message, because a list of a vCenter, a registry or a cluster is
 * that long, becomes `AnswerTooLarge`.
 */
export function guarded<Activities extends object>(activities: Activities): Activities {
  const entries = Object.entries(activities as Record<string, Activity>);
  return Object.fromEntries(entries.map(([name, activity]) => [name, guard(name, activity)])) as Activities;
}

function guard(name: string, activity: Activity): Activity {
  return async (...args) => {
    try {
      return requireFit(name, await activity(...args));
    } catch (error) {
      if (!MISUSES.some((misuse) => error instanceof misuse)) throw error;
      // Its message may quote what it met.
      const { name: kind, stack = '' } = error as Error;
      const message = `activity ${name} met what it was not made for (${kind})`;
      log.error(message, { at: stack.split('\n').filter((line) => line.startsWith('    at ')) });
      throw failure('Unexpected', message);
    }
  };
}

function requireFit(name: string, result: unknown): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? '');
  if (bytes <= LARGEST_RESULT) return result;
  throw failure(
    'AnswerTooLarge',
    `the result of activity ${name} has ${Math.ceil(bytes / 2 ** 20)} MiB, and Temporal takes at most 2`,
  );
}
