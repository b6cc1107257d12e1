import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const hotAdd: Policy = {
  id: 'hot-add',
  severity: 'warning',
  title: 'CPU or memory hot add',
  looksAt: 'whether CPUs or memory can be added while the VM runs',
  found: 'it can get {} while it runs, and its target will not be able to',
  remedy: 'give it before the migration what it may need',
  judge: readFromSource('hot-add'),
};
