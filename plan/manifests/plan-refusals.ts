/** Why fields that a Plan and its VMs share are refused. */

export const PARK_INSTEAD =
  'set it to false: a VM that fails waits for an operator, and an abort removes its target';
export const SHARED_DISKS = 'set it to true: a VM is migrated with all of its disks';
export const RDM = 'set it to false: raw device mappings are not migrated yet';
