import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const unreachable: Policy = {
  id: 'unreachable',
  severity: 'critical',
  impossible: true,
  title: 'VM that vCenter does not reach',
  looksAt: 'the connection state that vCenter shows of the VM',
  found: 'vCenter does not reach it: its state is {}',
  remedy: 'make its ESXi host and its datastores reachable for vCenter, or register the VM again',
  judge: readFromSource('unreachable'),
};
