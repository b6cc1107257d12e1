import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const srIov: Policy = {
  id: 'sr-iov',
  severity: 'warning',
  title: 'SR-IOV card',
  looksAt: 'the devices of the VM',
  found: 'a network card that is a part of a PCI device of its ESXi host becomes an ordinary card ({})',
  remedy: 'expect a slower card, or add a card of the SR-IOV network operator to the target by hand',
  judge: readFromSource('sr-iov'),
};
