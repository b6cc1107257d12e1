import type { Window } from '../../plan/manifests/windows';
import { clock, planning } from '../activity-proxies';
import type { CheckInput, CheckResult, WindowLook } from '../temporal-api';
import { failTyped } from '../failure';
import { now } from '../time';

/**
 * Resolves one page of a plan and touches nothing. What is wrong with the plan is its result; that the plan
 * can't be read (vCenter unreachable, login refused) fails it with that kind.
 */
export async function checkPlan(input: CheckInput): Promise<CheckResult> {
  return failTyped(async () => {
    const offset = input.offset ?? 0;
    const {
      plan,
      problems,
      vms,
      migrated = [],
      wave,
      roles,
      total,
      next,
    } = await planning.resolvePlan({
      manifests: input.manifests,
      only: input.only,
      again: input.again,
      offset,
      // Once for all pages: the answers are about the whole plan.
      ...(offset === 0 && { triesTarget: true }),
    });
    const windows = {
      ...(await look('start', wave?.startWindows)),
      ...(await look('cutover', vms[0]?.policy.cutoverWindows)),
    };
    return {
      plan,
      problems,
      vms,
      ...(migrated.length > 0 && { migrated }),
      ...(wave !== undefined && { wave, roles }),
      ...(Object.keys(windows).length > 0 && { windows }),
      total,
      next,
    };
  });
}

async function look(
  what: 'start' | 'cutover',
  windows: Window[] | undefined,
): Promise<{ start?: WindowLook; cutover?: WindowLook }> {
  if (windows === undefined) return {};
  return { [what]: { windows, standing: await clock.lookAtWindows(windows, now()) } };
}
