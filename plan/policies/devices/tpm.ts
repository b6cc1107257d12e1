import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const tpm: Policy = {
  id: 'tpm',
  severity: 'warning',
  title: 'Virtual TPM',
  looksAt: 'the devices of the VM',
  found: 'the contents of its virtual TPM are not copied: the target has an empty TPM',
  remedy:
    'suspend BitLocker and all other programs that keep keys in the TPM, and keep the recovery keys ready',
  judge: readFromSource('tpm'),
};
