/** What the simulated vCenter, or the simulated ESXi host, starts with. Read by lab/vcsim, so the field names are part of its interface. */
import type { DiskBus, SourceDisk } from '../plan/inventory';

export interface VcenterSpec {
  /**
   * A single ESXi host answers, and no vCenter: the first of `hosts`. It has no distributed networks, folders, tags and
   * attributes, and a datacenter of its own.
   */
  esxi?: {
    /** Address of the vCenter that manages the host. Default: none does. */
    managedBy?: string;
  };
  datacenter: string;
  cluster: string;
  /** Names of the cluster's ESXi hosts; VMs are dealt to them in turn. */
  hosts: string[];
  datastores: string[];
  networks: NetworkSpec[];
  vms: VmSpec[];
}

export interface NetworkSpec {
  name: string;
  /** A port group of a distributed switch instead of a standard one. */
  distributed?: boolean;
  /** A network of NSX-T's, as hosts without a distributed switch have it. */
  opaque?: boolean;
  /** It was removed while cards were on it: vCenter lists it no more, and they still name it. */
  gone?: boolean;
}

export interface VmSpec {
  name: string;
  /**
   * Path below the datacenter's VM folder, as `teams/web`; absent means that folder itself. Two VMs of one name need
   * two folders, and disks that share no datastore and number.
   */
  folder?: string;
  /** One of `hosts`; absent means in turn. */
  host?: string;
  firmware: 'bios' | 'efi';
  secureBoot?: boolean;
  tpm?: boolean;
  cpus: number;
  coresPerSocket: number;
  memoryMiB: number;
  guestId: string;
  powerState: 'poweredOn' | 'poweredOff';
  /** False: no VMware Tools, so the guest can't be asked to shut down. Default true. */
  tools?: boolean;
  /** The guest takes the request to shut down and never does. */
  ignoresShutdown?: boolean;
  changeTracking?: boolean;
  nics: NicSpec[];
  /** At least one: the VM lives beside its first disk. */
  disks: DiskSpec[];
  /** Which of these disks and cards the VM boots from, first to last. Absent: it is not said. */
  boot?: BootSpec[];
  /** vSphere's tags; one name is one tag, whichever VMs have it. */
  tags?: { name: string; description?: string }[];
  /** Custom attributes. */
  attributes?: { name: string; value: string }[];
}

export interface BootSpec {
  kind: 'disk' | 'nic';
  /** Position in `disks` or `nics`. */
  index: number;
}

export interface NicSpec {
  network: string;
  mac: string;
  /** `startConnected`. Default true. */
  connected?: boolean;
  /** `pciSlotNumber`. Default: the card has none. */
  pciSlot?: number;
  /** What VMware Tools report of the card. Default: nothing. */
  guest?: GuestSpec;
}

export interface GuestSpec {
  /** As `192.0.2.10/24`. */
  addresses: string[];
  /** `manual` or `dhcp`, as Windows says it. Default: nothing, as Linux does. */
  origin?: string;
  /** Of the default route through this card. */
  gateway?: string;
  nameServers?: string[];
}

export interface DiskSpec {
  datastore: string;
  sizeMiB: number;
  /** Sectors of 512 bytes beyond that. Default 0. */
  moreSectors?: number;
  bus: DiskBus;
  /** Decides the content; default is the VM's name and the disk's index. */
  seed?: string;
  /** A raw image to take the content from instead. */
  file?: string;
  /** vSphere's disk mode. Default `persistent`. */
  mode?: string;
  /** Multi-writer sharing. */
  shared?: boolean;
  /** It has one snapshot: `x.vmdk` is read, and `x-000001.vmdk` is written, and holds other bytes. */
  snapshot?: boolean;
  /** It is a raw device mapping, in this compatibility mode. Default: it is none. */
  rdm?: NonNullable<SourceDisk['rdm']>;
}
