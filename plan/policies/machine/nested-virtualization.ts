import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const nestedVirtualization: Policy = {
  id: 'nested-virtualization',
  severity: 'warning',
  title: 'Nested virtualization',
  looksAt: 'whether the guest may use hardware virtualization',
  found: 'it runs virtual machines itself; its target can do so only on nodes with nested virtualization',
  remedy:
    'choose nodes with nested virtualization by targetNodeSelector, or set enableNestedVirtualization to false',
  judge: readFromSource('nested-virtualization'),
};
