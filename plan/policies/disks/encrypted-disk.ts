import { ofRefusedKind } from '../of-disks';
import type { Policy } from '../policy';

export const encryptedDisk: Policy = {
  id: 'encrypted-disk',
  severity: 'critical',
  impossible: true,
  title: 'Encrypted disk',
  looksAt: 'whether vSphere encrypts a disk, and how it is copied',
  found: 'is encrypted by vSphere',
  remedy: 'decrypt it, have CDI import it (offloadPlugin.fallback: import)',
  judge: ofRefusedKind('encrypted'),
};
