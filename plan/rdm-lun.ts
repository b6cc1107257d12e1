/** `rdmAsLun`: raw device mappings that the target has as LUNs, and not as disks. */
import type { SourceDisk } from './inventory';
import type { PlanManifest } from './manifests/plan';
import type { PlanVm } from './manifests/plan-vm';

type PlanSpec = Pick<PlanManifest['spec'], 'rdmAsLun' | 'scsiReservation'>;
type Entry = Pick<PlanVm, 'rdmAsLun' | 'scsiReservation'>;

/** The guest talks SCSI to its device. */
export interface Lun {
  /** Whether the guest may reserve the device against others, by SCSI's persistent reservations. */
  reservation: boolean;
}

/** What becomes of a disk; null: it is an ordinary disk of the target. The VM's own word counts before the plan's. */
export function lunOf({ rdm }: Pick<SourceDisk, 'rdm'>, entry: Entry, spec: PlanSpec): Lun | null {
  if (rdm === null || !(entry.rdmAsLun ?? spec.rdmAsLun)) return null;
  return { reservation: entry.scsiReservation ?? spec.scsiReservation };
}

const NO_LUNS = {
  found: 'is true, but rdmAsLun is not: disks that are no LUNs have no reservations',
  remedy: 'set rdmAsLun to true, too; or set scsiReservation to false',
};

/** Reservations of LUNs that no VM would have, each at the path of its field. */
export function reservationFaults({ vms, ...spec }: PlanSpec & { vms: readonly Entry[] }) {
  const ofPlan = spec.scsiReservation && !spec.rdmAsLun && !vms.some(({ rdmAsLun }) => rdmAsLun === true);
  const ofVms = vms.flatMap((entry, place) =>
    entry.scsiReservation === true && !(entry.rdmAsLun ?? spec.rdmAsLun) ? [`vms[${place}].`] : [],
  );
  return [...(ofPlan ? [''] : []), ...ofVms].map((at) => ({ path: `spec.${at}scsiReservation`, ...NO_LUNS }));
}
