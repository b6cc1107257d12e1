import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const rdma: Policy = {
  id: 'rdma',
  severity: 'warning',
  title: 'RDMA card',
  looksAt: 'the devices of the VM',
  found: 'a network card that offers RDMA becomes an ordinary card ({})',
  remedy: 'set up the guest so that it works without RDMA',
  judge: readFromSource('rdma'),
};
