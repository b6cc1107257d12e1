import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const snapshotsStay: Policy = {
  id: 'snapshots-stay',
  severity: 'warning',
  title: 'Snapshots',
  looksAt: 'whether the VM has snapshots',
  found: 'it has snapshots, which stay at the source: the target has the disks as they are now',
  remedy: 'remove the snapshots, or keep the source for as long as they are needed',
  judge: readFromSource('snapshots-stay'),
};
