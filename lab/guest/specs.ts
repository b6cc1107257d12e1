/** The guests that the lab can build, as data: what somebody would have installed on vSphere. */

interface BootableSpec {
  firmware: 'bios' | 'uefi';
  /** Size of the disk with the root file system. */
  rootMib: number;
  /**
   * How the boot loader names the root to the kernel. A guest that says `/dev/sda1` converts without a complaint and
   * never finds that device on virtio.
   */
  rootBy: 'uuid' | 'device';
  /** What the second disk holds in its file `marker`; /etc/fstab mounts it by UUID at /srv/data. Null: no such disk. */
  dataMarker: string | null;
}

/** A busybox userland in Debian's shape around Debian's own kernel and GRUB: built in seconds, soon converted. */
export interface TinySpec extends BootableSpec {
  form: 'tiny';
  /** Its root is on a partition that LUKS encrypts with this, and /boot on one of its own. Absent: not encrypted. */
  passphrase?: string;
}

/** A whole minimal Debian, built in minutes: the proof that the tiny one is no special case. */
export interface DebianSpec extends BootableSpec {
  form: 'debian';
  firmware: 'bios';
  rootBy: 'uuid';
  dataMarker: null;
  /** Debian's packages that it has besides. Their services start, unless somebody masks them. */
  packages?: readonly string[];
}

/** One disk that virt-v2v-in-place refuses, made by the recipe of the guest's name. */
export interface UnconvertibleSpec {
  form: 'unconvertible';
}

/** What inspection takes for a Windows Server, on one disk. Hibernated it is refused; without drivers it is not. */
export interface WindowsSpec {
  form: 'windows';
  state: 'shut-down' | 'hibernated';
}

export type GuestSpec = TinySpec | DebianSpec | UnconvertibleSpec | WindowsSpec;

const TINY: TinySpec = { form: 'tiny', firmware: 'bios', rootMib: 192, rootBy: 'uuid', dataMarker: null };
const DEBIAN: DebianSpec = {
  form: 'debian',
  firmware: 'bios',
  rootMib: 896,
  rootBy: 'uuid',
  dataMarker: null,
};
const UNCONVERTIBLE: UnconvertibleSpec = { form: 'unconvertible' };

export const GUESTS = {
  tiny: TINY,
  'tiny-two-disks': { ...TINY, dataMarker: 'the second disk is here' },
  'tiny-unbootable': { ...TINY, rootBy: 'device' },
  'tiny-uefi': { ...TINY, firmware: 'uefi', rootMib: 256 },
  'tiny-luks': { ...TINY, rootMib: 384, passphrase: 'open sesame' },
  'debian-bios': DEBIAN,
  'debian-networks': {
    ...DEBIAN,
    rootMib: 1024,
    packages: ['dbus', 'ifupdown', 'isc-dhcp-client', 'libpam-systemd', 'netplan.io', 'network-manager'],
  },
  empty: UNCONVERTIBLE,
  'filesystem-without-os': UNCONVERTIBLE,
  'unsupported-os': UNCONVERTIBLE,
  'two-systems': UNCONVERTIBLE,
  luks: UNCONVERTIBLE,
  'windows-hibernated': { form: 'windows', state: 'hibernated' },
  'windows-without-drivers': { form: 'windows', state: 'shut-down' },
} satisfies Record<string, GuestSpec>;

export type GuestName = keyof typeof GUESTS;

export function isGuestName(name: string): name is GuestName {
  return name in GUESTS;
}
