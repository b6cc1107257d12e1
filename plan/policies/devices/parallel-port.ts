import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const parallelPort: Policy = {
  id: 'parallel-port',
  severity: 'warning',
  title: 'Parallel port',
  looksAt: 'the devices of the VM',
  found: 'the target will not have its parallel ports ({})',
  remedy: 'check that the guest works without them',
  judge: readFromSource('parallel-port'),
};
