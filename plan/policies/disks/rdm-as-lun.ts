import { ofEachLun } from '../of-luns';
import type { Policy } from '../policy';

export const rdmAsLun: Policy = {
  id: 'rdm-as-lun',
  severity: 'warning',
  title: 'Raw device mapping that becomes a LUN',
  looksAt: 'the backing of each disk, and `rdmAsLun` and `scsiReservation`',
  found: 'becomes a LUN of the target ({})',
  remedy:
    'map its datastore to a class whose volumes are SCSI devices on their nodes, or KubeVirt will not start the target; see to it that the guest has the driver virtio-scsi, and that it does not know the disk by its name (/dev/sdb) or its serial number, which change',
  judge: ofEachLun(({ lun }) =>
    lun.reservation
      ? 'lun on bus scsi, with SCSI reservations'
      : 'lun on bus scsi, without SCSI reservations',
  ),
};
