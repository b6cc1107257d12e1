import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const vappProperties: Policy = {
  id: 'vapp-properties',
  severity: 'warning',
  title: 'vApp properties',
  looksAt: 'how many vApp properties the VM has; their values are not read',
  found: 'its guest can read vApp properties from vSphere ({}); the target will not have them',
  remedy: 'write down their values, and check that the guest boots without them',
  judge: readFromSource('vapp-properties'),
};
