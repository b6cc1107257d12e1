import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const nvdimm: Policy = {
  id: 'nvdimm',
  severity: 'critical',
  impossible: true,
  title: 'Persistent memory',
  looksAt: 'the devices of the VM',
  found: 'it has persistent memory ({}), and its contents would be lost',
  remedy: 'move its contents to a disk, and remove the persistent memory from the VM',
  judge: readFromSource('nvdimm'),
};
