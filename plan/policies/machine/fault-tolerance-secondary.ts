import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const faultToleranceSecondary: Policy = {
  id: 'fault-tolerance-secondary',
  severity: 'critical',
  impossible: true,
  title: 'Secondary VM of a pair',
  looksAt: 'the role of the VM in Fault Tolerance',
  found: 'it is a secondary VM of a fault-tolerant pair',
  remedy: 'migrate the primary VM in its place',
  judge: readFromSource('fault-tolerance-secondary'),
};
