import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const managedBy: Policy = {
  id: 'managed-by',
  severity: 'warning',
  title: 'VM that an extension manages',
  looksAt: '`config.managedBy`: the extension that owns the VM',
  found: 'the extension {} of vCenter manages it, and may start, change or replace the VM',
  remedy: 'ask the owner of this extension whether you should migrate the VM',
  judge: readFromSource('managed-by'),
};
