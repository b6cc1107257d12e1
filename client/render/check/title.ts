/** What a check is about. */
import { planName } from '../../../plan/workflow-ids';
import type { CheckResult } from '../../../workflows/temporal-api';

/** The plan's name; manifests can be so wrong that it has none. */
export function checkTitle({ plan }: Pick<CheckResult, 'plan'>): string {
  return plan.name === '' ? 'a plan without a name' : planName(plan);
}
