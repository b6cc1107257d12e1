import { ofRefusedKind } from '../of-disks';
import type { Policy } from '../policy';

export const snapshots: Policy = {
  id: 'snapshots',
  severity: 'critical',
  impossible: true,
  title: 'Chain of snapshots',
  looksAt: 'the files of each disk, and how it is copied',
  found: 'is a chain of snapshots',
  remedy: 'remove the snapshots of the VM, have CDI import the disk (offloadPlugin.fallback: import)',
  judge: ofRefusedKind('snapshots'),
};
