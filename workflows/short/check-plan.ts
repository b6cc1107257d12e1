import { planning } from '../activity-proxies';
import type { CheckInput, CheckResult } from '../temporal-api';
import { failTyped } from '../failure';

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
    return { plan, problems, vms, ...(migrated.length > 0 && { migrated }), total, next };
  });
}
