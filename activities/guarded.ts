/** Activities that do not fail the same way again and again. */
import { log } from '@temporalio/activity';
import { failure } from './failure';

/** What JavaScript throws where code meets what it was not made for: a fault of ours, or a foreign workflow's input. */
const MISUSES = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Bytes of a result: Temporal takes 2 MiB as one message, and would have a larger one begun anew for ever. */
const LARGEST_RESULT = 1.9 * 2 ** 20;

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * The same activities; such errors become `Unexpected`, which no retry repeats. Where it was thrown is in the worker's
 * log. What others fill (lists of a vCenter's, a registry's, a cluster's) may become larger than any message: that is
 * `AnswerTooLarge`.
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
    `activity ${name} was told so much that its result has ${Math.ceil(bytes / 2 ** 20)} MiB, and Temporal takes 2`,
  );
}
