import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const pciPassthrough: Policy = {
  id: 'pci-passthrough',
  severity: 'critical',
  impossible: true,
  title: 'PCI passthrough',
  looksAt: 'the devices of the VM',
  found: 'it uses a PCI device of its ESXi host ({}), which the target does not have',
  remedy: 'remove the device from the VM, and give the target one of its nodes by hand',
  judge: readFromSource('pci-passthrough'),
};
