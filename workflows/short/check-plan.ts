import type { Window } from '../../plan/manifests/windows';
import { clock, localClock, planning } from '../activity-proxies';
import type { CheckInput, CheckResult, WindowLook } from '../temporal-api';
import { failTyped } from '../failure';
import { patched } from '../patches';
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
    const windows = await lookAtWindows(wave?.startWindows, vms[0]?.policy.cutoverWindows);
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

async function lookAtWindows(
  start: Window[] | undefined,
  cutover: Window[] | undefined,
): Promise<{ start?: WindowLook; cutover?: WindowLook }> {
  if (start === undefined && cutover === undefined) return {};
  const by = patched('windows-beside') ? clock : localClock;
  const look = async (windows: Window[]) => ({ windows, standing: await by.lookAtWindows(windows, now()) });
  return {
    ...(start !== undefined && { start: await look(start) }),
    ...(cutover !== undefined && { cutover: await look(cutover) }),
  };
}
