import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const faultTolerance: Policy = {
  id: 'fault-tolerance',
  severity: 'warning',
  title: 'Fault Tolerance',
  looksAt: 'the role of the VM in Fault Tolerance',
  found: 'it is fault-tolerant, and its target will not be',
  remedy: 'turn Fault Tolerance off before the migration, and plan for a failure of the node of the target',
  judge: readFromSource('fault-tolerance'),
};
