import { mayImport } from '../../frozen';
import { type Policy, seen } from '../policy';

export const encryptedImport: Policy = {
  id: 'encrypted-import',
  severity: 'warning',
  title: 'Encrypted disk that is imported',
  looksAt: 'whether vSphere encrypts a disk, and how it is copied',
  found: 'an import decrypts its encrypted disks, and writes them in clear text ({})',
  remedy: 'give the vCenter account the privilege Cryptographer.Access: without it the import fails',
  judge: ({ planned }) => {
    const found = planned.disks.filter(
      ({ disk, method }) => disk.encrypted && method !== null && mayImport(method),
    );
    return seen(found.length > 0, found.map(({ disk }) => `"${disk.label}"`).join(', '));
  },
};
