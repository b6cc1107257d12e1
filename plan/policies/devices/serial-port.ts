import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const serialPort: Policy = {
  id: 'serial-port',
  severity: 'warning',
  title: 'Serial port',
  looksAt: 'the devices of the VM',
  found: 'the target will not have the connections of its serial ports ({})',
  remedy: 'check that the guest works without them: the first serial port of the target is its console',
  judge: readFromSource('serial-port'),
};
