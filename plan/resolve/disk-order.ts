/** The order in which a guest meets its disks; conversion and boot depend on it. */
import type { DiskBus, SourceDisk } from '../inventory';

const BUS_RANK: Readonly<Record<DiskBus, number>> = { scsi: 0, sata: 1, ide: 2, nvme: 3 };

/** By bus, controller and unit. Guests name disks per kind of bus, so that the order among buses is convention. */
export function inGuestOrder(disks: readonly SourceDisk[]): SourceDisk[] {
  return [...disks].sort(
    (a, b) =>
      BUS_RANK[a.bus] - BUS_RANK[b.bus] ||
      a.busNumber - b.busNumber ||
      a.unitNumber - b.unitNumber ||
      a.key - b.key,
  );
}
