import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const scsiPassthrough: Policy = {
  id: 'scsi-passthrough',
  severity: 'critical',
  impossible: true,
  title: 'SCSI passthrough',
  looksAt: 'the devices of the VM',
  found: 'it uses a SCSI device of its ESXi host ({}), which the target does not have',
  remedy: 'remove the device from the VM',
  judge: readFromSource('scsi-passthrough'),
};
