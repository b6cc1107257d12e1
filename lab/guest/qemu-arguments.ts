/** The qemu command line of a plain machine: one controller, its disks, a serial port. */

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
  /** Absent: the guest has no network. */
  nic?: Nic;
}

/** A virtio card on a network that only qemu and the guest are on. */
export interface Nic {
  mac: string;
  /** As `192.0.2.0/24`. */
  network: string;
  /** Whoever connects to this port of the loopback of the machine reaches that port of the guest, if the guest has the address. */
  forward: { from: number; address: string; port: number };
}

export type Accelerator = 'kvm' | 'tcg';

/** From Debian's package ovmf. */
const OVMF_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
export const OVMF_VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd';

const MEMORY_MIB = 512;

/**
 * What a guest writes to its disks is thrown away at its end; its serial port is qemu's standard output.
 * @param nvram a copy of {@link OVMF_VARIABLES}; only read and written where the firmware is UEFI
 */
export function qemuArguments(machine: Machine, accelerator: Accelerator, nvram: string): string[] {
  return [
    // The chipset that vSphere shows to a BIOS guest, and KubeVirt's.
    ...['-machine', machine.bus === 'virtio' ? 'q35' : 'pc', '-accel', accelerator],
    ...['-m', String(MEMORY_MIB), '-no-reboot'],
    // Page tables of five levels, which the emulator can, make older boot loaders stumble.
    ...['-cpu', accelerator === 'kvm' ? 'host' : 'max,la57=off'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'],
    ...(machine.firmware === 'uefi' ? firmwareArguments(nvram) : []),
    // The other controllers are a part of the chipset, or of the disk.
    ...(machine.bus === 'pvscsi' ? ['-device', 'pvscsi'] : []),
    ...machine.disks.flatMap((disk, index) => diskArguments(disk, index, machine.bus)),
    ...(machine.nic === undefined ? [] : nicArguments(machine.nic)),
  ];
}

function firmwareArguments(nvram: string): string[] {
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${OVMF_CODE}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${nvram}`],
  ];
}

function nicArguments({ forward, mac, network }: Nic): string[] {
  const { address, from, port } = forward;
  const forwarded = `hostfwd=tcp:127.0.0.1:${from}-${address}:${port}`;
  return [
    ...['-netdev', `user,id=lan,net=${network},restrict=on,${forwarded}`],
    ...['-device', `virtio-net-pci,netdev=lan,mac=${mac}`],
  ];
}

function diskArguments({ path, format }: BootDisk, index: number, bus: Bus): string[] {
  const device = { pvscsi: 'scsi-hd', ide: 'ide-hd', virtio: 'virtio-blk-pci' }[bus];
  return [
    ...['-drive', `if=none,id=disk${index},file=${path},format=${format},snapshot=on`],
    ...['-device', `${device},drive=disk${index},bootindex=${index + 1}`],
  ];
}
