import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const otherDevice: Policy = {
  id: 'other-device',
  severity: 'warning',
  title: 'Unknown device',
  looksAt: 'the devices of the VM',
  found: 'it has devices that Drover does not know, and that the target will not have ({})',
  remedy: 'check that the guest works without them',
  judge: readFromSource('other-device'),
};
