import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const pinning: Policy = {
  id: 'pinning',
  severity: 'warning',
  title: 'CPU or NUMA affinity',
  looksAt: 'the affinity of CPUs and memory',
  found: 'it is pinned to CPUs or NUMA nodes of its host, and its target will not be',
  remedy: 'give the target dedicated CPUs after the migration, if it needs them',
  judge: readFromSource('pinning'),
};
