/** The qemu command line of a plain machine: one controller, its disks, a serial port; and of a guest's neighbour. */

/** What the disks hang on: as vSphere has it (pvscsi, ide), or as KubeVirt has it. */
export type Bus = 'pvscsi' | 'ide' | 'virtio';

export interface BootDisk {
  path: string;
  format: 'raw' | 'qcow2';
}

export interface Machine {
  disks: readonly BootDisk[];
  bus: Bus;
  firmware: 'bios' | 'uefi';
}

/** Where a bridge of the lab takes cards; see ../standins/kubevirt/bridge.ts. */
export interface BridgePort {
  host: string;
  port: number;
}

export type Accelerator = 'kvm' | 'tcg';

/** From Debian's package ovmf. */
const OVMF_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
export const OVMF_VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd';

const MEMORY_MIB = 512;
const NEIGHBOUR_MEMORY_MIB = 128;

/**
 * What a guest writes to its disks is thrown away at its end; its serial port is qemu's standard output.
 * @param nvram a copy of {@link OVMF_VARIABLES}; only read and written where the firmware is UEFI
 */
export function qemuArguments(machine: Machine, accelerator: Accelerator, nvram: string): string[] {
  return [
    // The chipset that vSphere shows to a BIOS guest, and KubeVirt's.
    ...plainMachine(machine.bus === 'virtio' ? 'q35' : 'pc', accelerator, MEMORY_MIB),
    ...['-serial', 'stdio'],
    ...(machine.firmware === 'uefi' ? firmwareArguments(nvram) : []),
    // The other controllers are a part of the chipset, or of the disk.
    ...(machine.bus === 'pvscsi' ? ['-device', 'pvscsi'] : []),
    ...machine.disks.flatMap((disk, index) => diskArguments(disk, index, machine.bus)),
  ];
}

/**
 * Of a neighbour, whose root is its initial file system.
 * @param bridges one for each of its cards
 */
export function neighbourArguments(
  { archive, kernel }: { kernel: string; archive: string },
  bridges: readonly BridgePort[],
  accelerator: Accelerator,
): string[] {
  return [
    ...plainMachine('q35', accelerator, NEIGHBOUR_MEMORY_MIB),
    ...['-kernel', kernel, '-initrd', archive, '-append', 'panic=-1'],
    // A serial port, emulated, now and then loses what is written to it while it is busy writing itself.
    ...['-device', 'virtio-serial-pci', '-chardev', 'stdio,id=words'],
    ...['-device', 'virtserialport,chardev=words,name=words'],
    ...bridges.flatMap(cardArguments),
  ];
}

function plainMachine(chipset: string, accelerator: Accelerator, memoryMib: number): string[] {
  return [
    ...['-machine', chipset, '-accel', accelerator, '-m', String(memoryMib), '-no-reboot'],
    // Page tables of five levels, which the emulator can, make older boot loaders stumble.
    ...['-cpu', accelerator === 'kvm' ? 'host' : 'max,la57=off'],
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
  ];
}

function firmwareArguments(nvram: string): string[] {
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${OVMF_CODE}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${nvram}`],
  ];
}

function cardArguments({ host, port }: BridgePort, index: number): string[] {
  return [
    ...['-netdev', `stream,id=card${index},server=off,addr.type=inet,addr.host=${host},addr.port=${port}`],
    ...['-device', `virtio-net-pci,netdev=card${index},mac=52:54:00:00:00:0${index + 1}`],
  ];
}

function diskArguments({ path, format }: BootDisk, index: number, bus: Bus): string[] {
  const device = { pvscsi: 'scsi-hd', ide: 'ide-hd', virtio: 'virtio-blk-pci' }[bus];
  return [
    ...['-drive', `if=none,id=disk${index},file=${path},format=${format},snapshot=on`],
    ...['-device', `${device},drive=disk${index},bootindex=${index + 1}`],
  ];
}
