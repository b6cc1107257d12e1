import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const virtualizationBasedSecurity: Policy = {
  id: 'virtualization-based-security',
  severity: 'warning',
  title: 'Virtualization-based security',
  looksAt: 'the flag `vbsEnabled`',
  found:
    'its Windows uses virtualization-based security; its target has it only on nodes with nested virtualization',
  remedy:
    'turn off Credential Guard and similar features before the migration, or choose nodes with nested virtualization by targetNodeSelector',
  judge: readFromSource('virtualization-based-security'),
};
