import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const consolidation: Policy = {
  id: 'consolidation',
  severity: 'warning',
  title: 'Consolidation needed',
  looksAt: '`runtime.consolidationNeeded`',
  found: 'its disks need consolidation',
  remedy: 'consolidate them in vCenter: a copy of long chains of files is slow',
  judge: readFromSource('consolidation'),
};
