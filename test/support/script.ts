/** What a test lets happen when an activity is called: failures, and gates that hold it until they are opened. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { DroverActivities } from '../../activities/interfaces';
import { NON_RETRYABLE_KINDS, type FailureKind } from '../../plan/failures';

export type ActivityName = keyof DroverActivities;

interface Rule {
  activity: ActivityName;
  applies(args: unknown[]): boolean;
  /** Calls that the rule is still for. */
  left: number;
  act(args: unknown[]): unknown;
}

export interface RuleOptions {
  /** Only calls about the disk at this index. */
  disk?: number;
  /** How many calls; absent means until the cause is removed. */
  times?: number;
}

export interface Gate {
  /** Settles when a call stands at the gate. */
  reached: Promise<void>;
  open(): void;
}

/** Often enough that a cancellation is heard at once. */
const HEARTBEAT_MS = 20;

export class Script {
  private rules: Rule[] = [];

  fail(activity: ActivityName, kind: FailureKind, options: RuleOptions = {}): void {
    this.add(activity, options, () => {
      const nonRetryable = NON_RETRYABLE_KINDS.includes(kind);
      throw ApplicationFailure.create({ type: kind, message: `${activity} was told to fail`, nonRetryable });
    });
  }

  /** An activity that breaks its promise and throws something that is no failure of ours. */
  breakDown(activity: ActivityName, options: RuleOptions = {}): void {
    this.add(activity, options, () => {
      throw ApplicationFailure.nonRetryable(
        'undefined is not a function\n    at secret-path.js:1',
        'TypeError',
      );
    });
  }

  run(activity: ActivityName, action: Rule['act'], options: RuleOptions = {}): void {
    this.add(activity, options, action);
  }

  /** @param wait true for activities that heartbeat: a cancellation ends them where they stand. */
  hold(activity: ActivityName, wait: boolean, options: RuleOptions = {}): Gate {
    const reached = deferred();
    const opened = deferred();
    this.add(activity, options, async () => {
      reached.resolve();
      await (wait ? heartbeatingUntil(opened.promise) : opened.promise);
    });
    return { reached: reached.promise, open: () => opened.resolve() };
  }

  /** Removes the causes of an activity's failures. */
  mend(activity: ActivityName): void {
    this.rules = this.rules.filter((rule) => rule.activity !== activity);
  }

  async before(activity: ActivityName, args: unknown[]): Promise<void> {
    for (const rule of this.rules) {
      if (rule.activity !== activity || rule.left === 0 || !rule.applies(args)) continue;
      rule.left -= 1;
      await rule.act(args);
    }
  }

  private add(activity: ActivityName, { disk, times = Infinity }: RuleOptions, act: Rule['act']): void {
    const applies = ([first]: unknown[]): boolean =>
      disk === undefined || (first as { disk?: { index: number } }).disk?.index === disk;
    this.rules.push({ activity, applies, left: times, act });
  }
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve() };
}

async function heartbeatingUntil(opened: Promise<void>): Promise<void> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    await Promise.race([opened, context.cancelled]);
  } finally {
    clearInterval(timer);
  }
}
