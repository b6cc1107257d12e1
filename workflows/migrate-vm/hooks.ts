/** Hooks: what the plan's writer has run at certain points of the migration. Each has a phase of its own, but `OnFailure`. */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { HookReport } from '../../activities/interfaces';
import type { FrozenHook } from '../../plan/frozen';
import type { HookStep } from '../../plan/hooks';
import { cleanUp, quick, waits } from '../activity-proxies';
import { detailOf, toFailure } from '../failure';
import { HOOK_PHASES } from '../phase-order';
import type { Phase } from '../temporal-api';
import { now } from '../time';
import { beginHook, endHook, resultsSoFar } from './hook-runs';
import type { Migration } from './state';

type HookPhase = keyof typeof HOOK_PHASES;

/** Whether the VM has no hook for a phase that is one. */
export function lacksHook(migration: Migration, phase: Phase): boolean {
  return isHookPhase(phase) && hookOf(migration, HOOK_PHASES[phase]) === undefined;
}

function isHookPhase(phase: Phase): phase is HookPhase {
  return Object.hasOwn(HOOK_PHASES, phase);
}

/** The work of such a phase. */
export function runsHook(phase: HookPhase): (migration: Migration) => Promise<void> {
  return async (migration) => {
    const hook = hookOf(migration, HOOK_PHASES[phase]);
    if (hook !== undefined) await runHook(migration, hook);
  };
}

/**
 * Runs the hook `OnFailure` while the VM is parked. Whatever becomes of it changes nothing of how the VM parks. Nothing was
 * checked before the phase `check` is done, and so nothing runs there.
 * @returns ends it with the parking: no other hook runs beside it; null where there is none
 */
export function runBesideParking(migration: Migration): (() => Promise<void>) | null {
  const { memory, ref } = migration;
  const hook = hookOf(migration, 'OnFailure');
  if (hook === undefined || memory.givenUp || !memory.done.has('check')) return null;
  const scope = new CancellationScope();
  const run = scope.run(() => runHook(migration, hook)).catch(() => undefined);
  return () =>
    CancellationScope.nonCancellable(async () => {
      scope.cancel();
      await run;
      await cleanUp.stopHook(ref).catch(() => undefined);
    });
}

function hookOf({ vm }: Migration, step: HookStep): FrozenHook | undefined {
  return vm.hooks?.find((hook) => hook.step === step);
}

async function runHook(migration: Migration, hook: FrozenHook): Promise<void> {
  for (let left = hook.attempts - 1; ; left -= 1) {
    try {
      return await runOnce(migration, hook);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Nothing of this attempt may run when the next begins, or while the VM is parked.
      await cleanUp.stopHook(migration.ref);
      if (toFailure(error).kind !== 'HookFailed' || left === 0) throw error;
    }
  }
}

async function runOnce(migration: Migration, hook: FrozenHook): Promise<void> {
  const { vm, ref, state, memory } = migration;
  const { step, name, deadlineSeconds } = hook;
  memory.made.hooks = true;
  // A run of this migration that was terminated may have left a Job of the same name.
  await cleanUp.stopHook(ref);
  const { attempt } = beginHook(migration, hook, now());
  try {
    await quick.startHook({ vm, step, attempt, results: resultsSoFar(state) });
    const awaited = { vm: ref, step, name, attempt, deadlineSeconds };
    const report = await waits(deadlineSeconds).awaitHook(awaited);
    endHook(state, step, { at: now(), outcome: 'succeeded', failure: null, report });
  } catch (error) {
    const isStopped = isCancellation(error);
    endHook(state, step, {
      at: now(),
      outcome: isStopped ? 'stopped' : 'failed',
      failure: isStopped ? null : toFailure(error),
      report: isStopped ? null : reportIn(error),
    });
    throw error;
  }
}

/** An activity of ours wrote it; what gave no answer at all has none. */
function reportIn(error: unknown): HookReport | null {
  const detail = detailOf(error) as HookReport | null | undefined;
  return Array.isArray(detail?.log) ? detail : null;
}
