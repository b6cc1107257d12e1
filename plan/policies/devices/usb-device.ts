import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const usbDevice: Policy = {
  id: 'usb-device',
  severity: 'warning',
  title: 'USB device',
  looksAt: 'the devices of the VM',
  found: 'the target will not have a USB device ({})',
  remedy: 'check that the guest works without it: a licence may need it',
  judge: readFromSource('usb-device'),
};
