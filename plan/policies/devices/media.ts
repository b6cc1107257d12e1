import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const media: Policy = {
  id: 'media',
  severity: 'warning',
  title: 'Inserted CD or floppy',
  looksAt: 'the drives of the VM, and what is in them',
  found: 'the target will not have the CD or floppy that is inserted ({})',
  remedy: 'eject it, or check that the guest works without it',
  judge: readFromSource('media'),
};
