/** `diskBus`: on which bus the target has its disks, where the plan may choose that. */
import type { PlanManifest } from './manifests/plan';

type PlanSpec = Pick<PlanManifest['spec'], 'diskBus' | 'skipGuestConversion' | 'useCompatibilityMode'>;

/**
 * What the plan wants beyond what follows from the conversion. `virtio` wants nothing: the API itself fills it in.
 */
export function wantedDiskBus({ diskBus }: PlanSpec): 'scsi' | 'sata' | undefined {
  return diskBus === 'virtio' ? undefined : diskBus;
}

/**
 * Why a guest would not find its disks; null where it would. A conversion gives a guest the drivers of virtio's disks, and their
 * names (`/dev/vda`) in its files; a guest that is not converted has what it had.
 */
export function diskBusFault(spec: PlanSpec): { found: string; remedy: string } | null {
  const bus = wantedDiskBus(spec);
  if (bus === undefined) return null;
  if (!spec.skipGuestConversion) {
    const found = `is ${bus}, and a conversion makes guests that boot from virtio disks`;
    return { found, remedy: 'remove it, or set skipGuestConversion to true' };
  }
  if (bus === 'sata' || !spec.useCompatibilityMode) return null;
  const found = 'is scsi, and with useCompatibilityMode the guest gets devices that every guest knows';
  return {
    found,
    remedy: 'set useCompatibilityMode to false, if the guest has the driver virtio-scsi; or remove it',
  };
}
