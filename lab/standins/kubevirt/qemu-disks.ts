/** A machine's disks as qemu's devices, each on the bus that its spec names. */
import type { V1Disk } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';

/** Ports of an AHCI controller in qemu: of the one that a q35 machine has, and of each added one. */
const SATA_PORTS = 6;

/** A volume's disk in the launcher Pod. */
export interface DiskPath {
  volume: string;
  path: string;
}

/**
 * Leaves out a disk without a path: the lab does not mount volumes of its kind.
 * @throws Error for what libvirt refuses: a lun whose volume is a file, or a bus that KubeVirt doesn't have either.
 */
export function diskDevices(disks: readonly V1Disk[], paths: readonly DiskPath[]): string[] {
  const present = disks.flatMap((disk) => {
    const path = paths.find(({ volume }) => volume === disk.name)?.path;
    return path === undefined ? [] : [{ disk, path, bus: busOf(disk) }];
  });
  const first = bootDisk(present.map(({ disk }) => disk));
  const used = new Map<string, number>();
  return present.flatMap(({ disk, path, bus }) => {
    const unit = used.get(bus) ?? 0;
    used.set(bus, unit + 1);
    const bootIndex = disk.bootOrder ?? (disk === first ? 1 : undefined);
    return [
      ...backend(disk, path),
      ...controller(bus, unit),
      '-device',
      device(disk, { bus, unit, bootIndex }),
    ];
  });
}

/** The disk that boots first: the disk with the lowest boot order, else the first in the list. */
export function bootDisk(disks: readonly V1Disk[]): V1Disk | undefined {
  const ordered = disks.filter(({ bootOrder }) => bootOrder !== undefined);
  const [first] = ordered.sort((a, b) => (a.bootOrder ?? 0) - (b.bootOrder ?? 0));
  return first ?? disks[0];
}

/** KubeVirt's default on amd64 is SATA (kubevirt 1.6.0, pkg/defaults/amd64.go). */
function busOf({ disk, lun, cdrom }: V1Disk): string {
  return (disk ?? lun ?? cdrom)?.bus || 'sata';
}

/** An id of qemu's begins with a letter; a name in Kubernetes may not. */
function driveId({ name }: V1Disk): string {
  return `drive-${name}`;
}

function backend(disk: V1Disk, path: string): string[] {
  if (disk.lun && !path.startsWith('/dev/'))
    throw new Error(`disk ${disk.name}: disk device='lun' is only valid for block type disk source`);
  const mode = disk.cache ? `,cache=${disk.cache}` : '';
  return ['-drive', `if=none,id=${driveId(disk)},format=raw,file=${path}${mode}`];
}

/** The controllers that a disk is the first to need. */
function controller(bus: string, unit: number): string[] {
  switch (bus) {
    case 'sata':
      return unit > 0 && unit % SATA_PORTS === 0 ? ['-device', `ahci,id=ahci${unit / SATA_PORTS}`] : [];
    case 'scsi':
      return unit === 0 ? ['-device', 'virtio-scsi-pci,id=scsi0'] : [];
    case 'usb':
      return unit === 0 ? ['-device', 'qemu-xhci,id=usb0'] : [];
    default:
      return [];
  }
}

interface Place {
  bus: string;
  unit: number;
  bootIndex: number | undefined;
}

function device(disk: V1Disk, { bus, unit, bootIndex }: Place): string {
  return [
    deviceModel(disk, bus, unit),
    `drive=${driveId(disk)}`,
    ...(disk.serial ? [`serial=${disk.serial}`] : []),
    ...(bootIndex === undefined ? [] : [`bootindex=${bootIndex}`]),
  ].join(',');
}

/**
 * A lun is an emulated disk here: passing SCSI through (scsi-block) takes a SCSI device of the node, which the lab does not have.
 * @throws Error for a bus that KubeVirt doesn't have either.
 */
function deviceModel({ cdrom }: V1Disk, bus: string, unit: number): string {
  const kind = cdrom ? 'cd' : 'hd';
  switch (bus) {
    case 'virtio':
      return 'virtio-blk-pci';
    case 'sata': {
      const controllerNumber = Math.floor(unit / SATA_PORTS);
      const buses = controllerNumber === 0 ? 'ide' : `ahci${controllerNumber}`;
      return `ide-${kind},bus=${buses}.${unit % SATA_PORTS}`;
    }
    case 'scsi':
      return `scsi-${kind},bus=scsi0.0,scsi-id=${unit}`;
    case 'usb':
      return 'usb-storage,bus=usb0.0';
    default:
      throw new Error(`a disk on the bus ${bus} can't be emulated`);
  }
}
