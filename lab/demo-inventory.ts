/** The simulated vCenters that the demo, the tests and the benchmarks migrate from. */
import type { VcenterSpec, VmSpec } from './vcenter-spec';

const SITE: Omit<VcenterSpec, 'vms'> = {
  datacenter: 'lab',
  cluster: 'cluster-1',
  hosts: ['esxi-a.lab.drover.dev', 'esxi-b.lab.drover.dev'],
  datastores: ['ssd-1', 'ssd-2', 'san-1', 'san-2'],
  networks: [{ name: 'VM Network' }, { name: 'backend', distributed: true }],
};

/** Three disks over two datastores: two go over the network, the array copies the third. */
const WEB: VmSpec = {
  name: 'web01',
  firmware: 'bios',
  cpus: 2,
  coresPerSocket: 1,
  memoryMiB: 2048,
  guestId: 'debian12_64Guest',
  powerState: 'poweredOn',
  nics: [{ network: 'VM Network', mac: '00:50:56:10:00:01' }],
  disks: [
    { datastore: 'ssd-1', sizeMiB: 48, bus: 'scsi' },
    { datastore: 'ssd-1', sizeMiB: 32, bus: 'scsi' },
    { datastore: 'san-1', sizeMiB: 64, bus: 'scsi' },
  ],
};

/**
 * A guest that virt-v2v does not know: its plan skips the conversion. Without tools, as appliances are. Its second disk is
 * not made up of whole extents, so the array of its datastore refuses it.
 */
const APPLIANCE: VmSpec = {
  name: 'appliance',
  firmware: 'bios',
  cpus: 1,
  coresPerSocket: 1,
  memoryMiB: 1024,
  guestId: 'otherGuest64',
  powerState: 'poweredOn',
  tools: false,
  nics: [{ network: 'VM Network', mac: '00:50:56:10:00:02' }],
  disks: [
    { datastore: 'ssd-1', sizeMiB: 24, bus: 'ide' },
    { datastore: 'san-2', sizeMiB: 18, bus: 'ide' },
  ],
};

/** UEFI with secure boot, two cards on two networks. */
const DB: VmSpec = {
  name: 'db01',
  firmware: 'efi',
  secureBoot: true,
  cpus: 4,
  coresPerSocket: 2,
  memoryMiB: 4096,
  guestId: 'rhel9_64Guest',
  powerState: 'poweredOn',
  nics: [
    { network: 'VM Network', mac: '00:50:56:10:00:03' },
    { network: 'backend', mac: '00:50:56:10:00:04' },
  ],
  disks: [
    { datastore: 'san-1', sizeMiB: 40, bus: 'scsi' },
    { datastore: 'san-1', sizeMiB: 16, bus: 'scsi' },
  ],
};

/** Off at the source, and off it stays. */
const ARCHIVE: VmSpec = {
  name: 'archive',
  firmware: 'bios',
  cpus: 1,
  coresPerSocket: 1,
  memoryMiB: 512,
  guestId: 'debian11_64Guest',
  powerState: 'poweredOff',
  nics: [{ network: 'VM Network', mac: '00:50:56:10:00:05' }],
  disks: [{ datastore: 'ssd-2', sizeMiB: 16, bus: 'sata' }],
  tags: [{ name: 'owner', description: 'archivists' }],
  attributes: [{ name: 'Backup Plan', value: 'weekly, 5 weeks' }],
};

/**
 * For tests of offload plugins: no plan has it. Its first disk is above 64 MiB, and ends in the middle of a MiB; its second
 * has a snapshot.
 */
const SCRATCH: VmSpec = {
  ...ARCHIVE,
  name: 'scratch01',
  nics: [{ network: 'VM Network', mac: '00:50:56:10:00:06' }],
  disks: [
    { datastore: 'san-1', sizeMiB: 65, moreSectors: 3, bus: 'sata' },
    { datastore: 'san-1', sizeMiB: 8, bus: 'sata', snapshot: true },
  ],
};

export const DEMO_INVENTORY: VcenterSpec = { ...SITE, vms: [WEB, APPLIANCE, DB, ARCHIVE] };

/** What a lab has that is told of no other. */
export const LAB_INVENTORY: VcenterSpec = { ...DEMO_INVENTORY, vms: [...DEMO_INVENTORY.vms, SCRATCH] };

/** Where equal VMs run and lie: they are dealt to hosts and datastores in turn. */
export interface BulkSite {
  hosts: string[];
  datastores: string[];
}

const ONE_DATASTORE: BulkSite = { hosts: SITE.hosts, datastores: ['ssd-1'] };

/** `n` equal VMs, `bulk-001` and on, powered off, each with so many disks of so many MiB. */
export function bulkInventory(
  n: number,
  disks: number,
  sizeMiB: number,
  site: BulkSite = ONE_DATASTORE,
): VcenterSpec {
  const vms = Array.from({ length: n }, (_, index): VmSpec => {
    const datastore = site.datastores[index % site.datastores.length]!;
    return {
      name: bulkName(index + 1),
      firmware: 'bios',
      cpus: 1,
      coresPerSocket: 1,
      memoryMiB: 512,
      guestId: 'debian12_64Guest',
      powerState: 'poweredOff',
      nics: [{ network: 'VM Network', mac: bulkMac(index + 1) }],
      disks: Array.from({ length: disks }, () => ({ datastore, sizeMiB, bus: 'scsi' as const })),
    };
  });
  const datastores = [...new Set([...SITE.datastores, ...site.datastores])];
  return { ...SITE, hosts: site.hosts, datastores, vms };
}

/** Of the VM with this number; the first is 1. */
export function bulkName(number: number): string {
  return `bulk-${String(number).padStart(3, '0')}`;
}

function bulkMac(number: number): string {
  const tail = [number >> 8, number & 0xff].map((octet) => octet.toString(16).padStart(2, '0'));
  return ['00', '50', '56', '20', ...tail].join(':');
}
