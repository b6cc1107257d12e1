/**
 * The qemu command line of a machine instance. The guest sees the hardware that KubeVirt and libvirt would make from
 * this spec. The processor is emulated and there is no screen: the guest can show text only on its serial port.
 */
import type { V1DomainSpec } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import { parseBytes } from '../quantity';
import type { VirtualMachineInstance } from '../resources';
import { AGENT_PORT, guestAddress } from './loopback-addresses';
import { diskDevices, type DiskPath } from './qemu-disks';
import { type BridgesOfMachine, networkDevices } from './qemu-networks';

/** Path of the firmware's variables in the launcher's own file system: they are lost with the Pod. */
export const NVRAM = '/tmp/nvram.fd';

export interface GuestPlaces {
  disks: readonly DiskPath[];
  /** File or FIFO that takes what the guest writes to its serial port; null where nobody reads it. */
  console: string | null;
  bridges: BridgesOfMachine;
}

export function qemuArguments(instance: VirtualMachineInstance, places: GuestPlaces): string[] {
  const { domain } = instance.spec;
  const address = guestAddress(instance.metadata?.uid ?? '');
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ...['-machine', secureBoot(domain) ? 'q35,smm=on' : 'q35', '-accel', 'tcg,thread=multi'],
    // All features of the emulator except page tables of five levels: older boot loaders fail with them.
    ...['-cpu', 'max,la57=off', '-smp', topology(domain), '-m', `${memoryMiB(domain)}M`],
    ...identity(domain),
    ...firmware(domain),
    ...['-boot', 'strict=on'],
    ...diskDevices(domain.devices.disks ?? [], places.disks),
    ...networkDevices(instance, places.bridges),
    ...(domain.devices.rng ? ['-device', 'virtio-rng-pci'] : []),
    ...serialConsole(places.console),
    ...guestAgentChannel(address),
  ];
}

/** The template of the firmware's variables, of which each guest gets a copy; null for a BIOS. */
export function nvramTemplate(domain: V1DomainSpec): string | null {
  if (!domain.firmware?.bootloader?.efi) return null;
  return secureBoot(domain) ? '/usr/share/OVMF/OVMF_VARS_4M.ms.fd' : '/usr/share/OVMF/OVMF_VARS_4M.fd';
}

/** KubeVirt's default for an EFI is secure boot. */
function secureBoot({ firmware }: V1DomainSpec): boolean {
  const efi = firmware?.bootloader?.efi;
  return efi !== undefined && (efi.secureBoot ?? true);
}

function topology({ cpu }: V1DomainSpec): string {
  const { sockets = 1, cores = 1, threads = 1 } = cpu ?? {};
  return `${sockets * cores * threads},sockets=${sockets},cores=${cores},threads=${threads}`;
}

function memoryMiB({ memory, resources }: V1DomainSpec): number {
  const requests = resources?.requests as Record<string, string> | undefined;
  const asked = memory?.guest ?? requests?.memory;
  if (asked === undefined) throw new Error('no memory requested');
  return Math.floor(parseBytes(asked) / 2 ** 20);
}

function identity({ firmware }: V1DomainSpec): string[] {
  const { serial, uuid } = firmware ?? {};
  return [
    ...(uuid ? ['-uuid', uuid] : []),
    ...(serial ? ['-smbios', `type=1,manufacturer=KubeVirt,serial=${serial}`] : []),
  ];
}

/** A BIOS is qemu's default. */
function firmware(domain: V1DomainSpec): string[] {
  if (nvramTemplate(domain) === null) return [];
  const secure = secureBoot(domain);
  const code = secure ? '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd' : '/usr/share/OVMF/OVMF_CODE_4M.fd';
  return [
    ...(secure ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${NVRAM}`],
  ];
}

function serialConsole(console: string | null): string[] {
  const backend = console === null ? 'null' : `file,path=${console}`;
  return ['-chardev', `${backend},id=serial0`, '-serial', 'chardev:serial0'];
}

function guestAgentChannel(address: string): string[] {
  return [
    ...['-chardev', `socket,id=agent,host=${address},port=${AGENT_PORT},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci'],
    ...['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
  ];
}
