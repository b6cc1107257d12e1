import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const resourceLimits: Policy = {
  id: 'resource-limits',
  severity: 'warning',
  title: 'Limits and reservations',
  looksAt: 'limits and reservations of CPU and memory',
  found: 'the target does not get its limits or reservations of CPU or memory ({})',
  remedy: 'set requests and limits of the target after the migration, if it needs them',
  judge: readFromSource('resource-limits'),
};
