import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const encrypted: Policy = {
  id: 'encrypted',
  severity: 'warning',
  title: 'VM encryption',
  looksAt: 'whether vSphere has a key for the VM',
  found: 'it is encrypted by vSphere, and its target will not be',
  remedy: 'choose a storage class that encrypts, if the VM has to stay encrypted',
  judge: readFromSource('encrypted'),
};
