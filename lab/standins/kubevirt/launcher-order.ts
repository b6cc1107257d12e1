/** The arguments and the environment of the launcher's container: disks, qemu's arguments, settings of launch.sh. */
import type { V1EnvVar, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { V1Volume } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { VirtualMachineInstance } from '../resources';
import { nvramTemplate, qemuArguments } from './qemu-arguments';
import { bootDisk, type DiskPath } from './qemu-disks';
import { type BridgesOfMachine, unpluggedCards } from './qemu-networks';

const DISKS = '/var/run/kubevirt-private/vmi-disks';
export const CONSOLE_FOLDER = '/var/run/kubevirt-private/console';
/** FIFO of the guest's serial console. */
export const CONSOLE = `${CONSOLE_FOLDER}/serial0`;
/** KubeVirt's DefaultGracePeriodSeconds. */
const DEFAULT_GRACE_SECONDS = 30;

/** A volume of the machine and the claim behind it. */
export interface Disk {
  volume: string;
  claim: V1PersistentVolumeClaim;
}

/** The claim that a machine's volume names; null for a volume of another kind. */
export function claimNameOf(volume: V1Volume): string | null {
  return volume.persistentVolumeClaim?.claimName ?? volume.dataVolume?.name ?? null;
}

/** A cluster may log by default, not the lab (kubevirt 1.6.0, pkg/virt-controller/services/serialconsolelog.go). */
export function logsConsole({ spec }: VirtualMachineInstance): boolean {
  const { logSerialConsole = false, autoattachSerialConsole = true } = spec.domain.devices;
  return logSerialConsole && autoattachSerialConsole;
}

export function graceSeconds({ spec }: VirtualMachineInstance): number {
  return spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** The arguments of the image's launch.sh: the disks, the boot disk first, then `--` and qemu's arguments. */
export function launcherArguments(
  instance: VirtualMachineInstance,
  disks: Disk[],
  bridges: BridgesOfMachine,
): string[] {
  const paths: DiskPath[] = disks.map((disk) => ({ volume: disk.volume, path: diskPath(disk) }));
  const first = bootDisk(
    (instance.spec.domain.devices.disks ?? []).filter(({ name }) => isAmong(name, paths)),
  );
  const bootFirst = [...paths].sort((a, b) => rank(a, first?.name) - rank(b, first?.name));
  const console = logsConsole(instance) ? CONSOLE : null;
  const places = { disks: paths, console, bridges };
  return [...bootFirst.map(({ path }) => path), '--', ...qemuArguments(instance, places)];
}

function isAmong(name: string, paths: DiskPath[]): boolean {
  return paths.some(({ volume }) => volume === name);
}

function rank({ volume }: DiskPath, first: string | undefined): number {
  return volume === first ? 0 : 1;
}

export function launcherEnvironment(instance: VirtualMachineInstance): V1EnvVar[] {
  const template = nvramTemplate(instance.spec.domain);
  const values = {
    FIRMWARE: template === null ? 'bios' : 'efi',
    GRACE_SECONDS: String(graceSeconds(instance)),
    ...(template === null ? {} : { NVRAM_TEMPLATE: template }),
    ...(logsConsole(instance) ? { CONSOLE } : {}),
    LINKS_DOWN: unpluggedCards(instance).join(' '),
  };
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export function isBlock({ claim }: Disk): boolean {
  return claim.spec?.volumeMode === 'Block';
}

export function diskPath(disk: Disk): string {
  return isBlock(disk) ? `/dev/${disk.volume}` : `${imageFolder(disk)}/disk.img`;
}

export function imageFolder({ volume }: Disk): string {
  return `${DISKS}/${volume}`;
}
