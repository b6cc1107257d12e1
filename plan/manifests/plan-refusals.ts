/** Why fields that a Plan and its VMs share are refused, or have no effect. */
import { withoutEffect } from './fields';

export const PARK_INSTEAD =
  'set it to false: a VM that fails waits for an operator, and an abort removes its target';
/** Of a VM with a shared disk the policy `shared-disk` says more than a field could; of all others the field says nothing. */
export const SHARED_DISKS = withoutEffect(
  'a VM with a shared disk is refused in any case, with all VMs that have it: see the policy shared-disk; to any other VM it says nothing',
  true,
  false,
);
