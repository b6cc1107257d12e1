import { ofRefusedKind } from '../of-disks';
import type { Policy } from '../policy';

export const rdm: Policy = {
  id: 'rdm',
  severity: 'critical',
  impossible: true,
  title: 'Raw device mapping',
  looksAt: 'the backing of each disk, and how it is copied',
  found: 'is a raw device mapping ({})',
  remedy: 'detach it, or turn it into a virtual disk',
  judge: ofRefusedKind('rdm', ({ rdm: mode }) => String(mode)),
};
