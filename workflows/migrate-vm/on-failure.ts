/** What the plan wants done with a VM that can not go on: `spec.drover.onFailure`. Pure; `at` is ISO 8601. */
import type { Failure } from '../../plan/failures';
import { decide, POLICY, SERVES, type Migration } from './state';

/**
 * Gives the migration up where the plan has a policy for such a failure. What follows is what follows an operator's abort, in
 * the same order: a step of it that can't be done parks the VM.
 * @returns false where the VM has to park
 */
export function givesUpByPolicy(migration: Migration, failure: Failure, at: string): boolean {
  const { vm, state } = migration;
  const action = vm.policy.onFailure?.[failure.kind];
  if (action === undefined || SERVES.has(state.phase)) return false;
  decide(migration, {
    at,
    action,
    who: POLICY,
    why: `the plan says so: onFailure.${failure.kind}: ${action}`,
  });
  state.failure = failure;
  if (action === 'skip') state.skipped = true;
  return true;
}
