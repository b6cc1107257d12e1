/** Why fields that a Plan and its VMs share are refused. */
export const PARK_INSTEAD =
  'set it to false: a VM that fails waits for an operator, and an abort removes its target';
