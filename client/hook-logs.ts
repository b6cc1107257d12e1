/** What a hook of a VM said: the end of its log, as the migration keeps it. */
import type { HookStep } from '../plan/hooks';
import type { HookRun, VmState } from '../workflows/temporal-api';
import { DroverError } from './errors';

/**
 * The last attempt at one of the VM's hooks.
 *
 * @param step absent: of those that failed, else of all, the one that ran last
 * @throws `NotFound` where no such hook has run
 */
export function hookRun({ vm, hooks = [] }: VmState, step?: HookStep): HookRun {
  const wanted = step === undefined ? hooks : hooks.filter((run) => run.step === step);
  const run = wanted.findLast(({ outcome }) => outcome === 'failed') ?? wanted.at(-1);
  if (run !== undefined) return run;
  const others = hooks.map((one) => one.step);
  const have = others.length === 0 ? 'none has' : `those of ${others.join(', ')} have`;
  throw new DroverError(
    'NotFound',
    `no hook${step === undefined ? '' : ` ${step}`} of ${vm.name} has run: ${have}`,
  );
}

/** Why there is nothing to read; null where there is. */
export function whyNoHookLog({ outcome, log }: HookRun): string | null {
  if (log.length > 0) return null;
  return outcome === 'running' ? 'it runs: its log is kept when it has ended' : 'it left no log';
}
