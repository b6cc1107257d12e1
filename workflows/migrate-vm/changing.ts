/**
 * A retry with changes: they are checked as a plan is, and only if all of them are right the migration goes on with them. Until
 * then it stays parked, as it was.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { ChangedVm } from '../../activities/interfaces';
import { formatProblem, type Problem } from '../../plan/problem';
import { asked } from '../activity-proxies';
import { fail, toFailure } from '../failure';
import { now } from '../time';
import type { RetryRequest } from '../temporal-api';
import { changeFaults } from './may-change';
import { decide, type Migration } from './state';
import { takeChanges } from './take-changes';

/** Throws where nothing was changed, with every reason. */
export async function changeAndRetry(migration: Migration, request: RetryRequest): Promise<void> {
  const { state, memory } = migration;
  const { who, why, changes = {} } = request;
  requireNoChange(migration);
  const parked = state.attention;
  const faults = changeFaults(migration, Object.keys(changes));
  const scope = new CancellationScope();
  memory.changing = scope;
  try {
    const checked = await scope.run(() => check(migration, changes));
    if (parked === null || state.attention !== parked) throw decidedMeanwhile(migration);
    if (faults.length > 0 || checked.vm === null) throw refused([...faults, ...checked.problems]);
    const at = now();
    takeChanges(migration, checked.vm, { who, why, at });
    decide(migration, { at, action: 'retry', who, why, changes: checked.kept });
  } finally {
    memory.changing = null;
  }
}

/** One after the other: each is checked against what the one before has made of the VM. */
export function requireNoChange({ memory }: Migration): void {
  if (memory.changing !== null)
    throw fail('InvalidInput', 'another retry with changes is being checked; look at its result first');
}

async function check(migration: Migration, changes: Record<string, string>): Promise<ChangedVm> {
  const parked = migration.state.attention;
  try {
    return await asked.changeVm({ vm: migration.vm, changes });
  } catch (error) {
    if (migration.state.attention !== parked) throw decidedMeanwhile(migration);
    throw fail(
      'InvalidInput',
      `the changes can't be checked, and nothing was changed: ${toFailure(error).message}`,
    );
  }
}

function refused(problems: readonly Problem[]): Error {
  return fail('InvalidInput', `nothing was changed. ${problems.map(formatProblem).join('. ')}.`);
}

function decidedMeanwhile({ state }: Migration): Error {
  const last = state.decisions.at(-1);
  const what = last === undefined ? 'the VM went on' : `${last.who} said ${last.action}`;
  return fail('InvalidInput', `nothing was changed: ${what} while the changes were checked`);
}
