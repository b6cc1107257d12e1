/** VMs of the simulated vCenter that hold a system and boot, for labs which are asked for them. */
import { statSync } from 'node:fs';
import type { Log } from '../log';
import type { VcenterSpec, VmSpec } from '../vcenter-spec';
import { provideAppliance } from './appliance';
import { buildGuest } from './build';
import type { GuestName } from './specs';

const MiB = 2 ** 20;

/** Installed on an LSI or paravirtual controller, with no driver for anything of KubeVirt's. */
const DEBIAN: Omit<VmSpec, 'disks'> = {
  name: 'debian01',
  firmware: 'bios',
  cpus: 1,
  coresPerSocket: 1,
  memoryMiB: 512,
  guestId: 'debian12_64Guest',
  powerState: 'poweredOn',
  nics: [{ network: 'VM Network', mac: '00:50:56:10:00:06' }],
};

/** The example manifest that migrates them. */
export const GUEST_PLAN = 'guests.yaml';

/**
 * The inventory with the VMs that boot, and on the machine all that it takes to convert and to start them.
 * @throws LabRefusal where this machine can't build guests.
 */
export async function withGuests(inventory: VcenterSpec, log: Log): Promise<VcenterSpec> {
  const debian = { ...DEBIAN, disks: await guestDisks('tiny', log) };
  await provideAppliance(log);
  return { ...inventory, vms: [...inventory.vms, debian] };
}

async function guestDisks(name: GuestName, log: Log): Promise<VmSpec['disks']> {
  const { disks } = await buildGuest(name, log);
  return disks.map((file) => ({
    datastore: 'ssd-1',
    sizeMiB: Math.ceil(statSync(file).size / MiB),
    bus: 'scsi',
    file,
  }));
}
