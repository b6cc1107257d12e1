/** What a migration's record holds of its hooks: of each step the last attempt. Pure; `at` is ISO 8601. */
import type { HookReport } from '../../activities/interfaces';
import type { FrozenHook } from '../../plan/frozen';
import type { HookStep, ResultsByStep } from '../../plan/hooks';
import type { HookRun, VmState } from '../temporal-api';
import type { Migration } from './state';

/** Attempts count over the whole migration, so that none shares a Job with another. */
export function beginHook(
  { state }: Pick<Migration, 'state'>,
  { step, name }: FrozenHook,
  at: string,
): HookRun {
  const others = (state.hooks ?? []).filter((run) => run.step !== step);
  const run: HookRun = {
    step,
    name,
    attempt: (runOf(state, step)?.attempt ?? 0) + 1,
    startedAt: at,
    endedAt: null,
    outcome: 'running',
    failure: null,
    results: {},
    warning: null,
    log: [],
  };
  state.hooks = [...others, run];
  return run;
}

interface HookEnd {
  at: string;
  outcome: Exclude<HookRun['outcome'], 'running'>;
  failure: HookRun['failure'];
  /** Null where nothing is known of it. */
  report: HookReport | null;
}

export function endHook(state: VmState, step: HookStep, { at, outcome, failure, report }: HookEnd): void {
  const run = runOf(state, step);
  if (run === undefined) return;
  Object.assign(run, { endedAt: at, outcome, failure, ...report } satisfies Partial<HookRun>);
}

/** Of hooks that have succeeded. */
export function resultsSoFar({ hooks = [] }: VmState): ResultsByStep {
  const succeeded = hooks.filter(({ outcome }) => outcome === 'succeeded');
  return Object.fromEntries(succeeded.map(({ step, results }) => [step, results]));
}

function runOf({ hooks = [] }: VmState, step: HookStep): HookRun | undefined {
  return hooks.find((run) => run.step === step);
}
