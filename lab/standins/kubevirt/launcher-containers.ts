/** The containers of a machine's Pod: one runs the machine; a second prints its serial console, where the spec asks. */
import type { V1Container, V1SecurityContext, V1Volume } from '@kubernetes/client-node';
import type { VirtualMachineInstance } from '../resources';
import {
  CONSOLE,
  CONSOLE_FOLDER,
  type Disk,
  diskPath,
  imageFolder,
  isBlock,
  launcherArguments,
  launcherEnvironment,
  logsConsole,
} from './launcher-order';
import type { BridgesOfMachine } from './qemu-networks';

const IMAGE = 'lab.drover.dev/virt-launcher:1';
/** Id of the user and the group `qemu`. */
export const QEMU = 107;
/** The container that the machine itself runs in; KubeVirt's name. */
export const COMPUTE = 'compute';
/** The container whose log is the guest's serial console; KubeVirt's name. */
const CONSOLE_LOG = 'guest-console-log';
export const CONSOLE_VOLUME: V1Volume = { name: 'serial-console', emptyDir: {} };

export function compute(
  instance: VirtualMachineInstance,
  disks: Disk[],
  bridges: BridgesOfMachine,
): V1Container {
  const [devices, images] = [disks.filter(isBlock), disks.filter((disk) => !isBlock(disk))];
  const { requests, limits } = instance.spec.domain.resources ?? {};
  return {
    name: COMPUTE,
    image: IMAGE,
    args: launcherArguments(instance, disks, bridges),
    env: launcherEnvironment(instance),
    // Most guests of a lab are empty: without requests in the machine's spec they request very little.
    resources: { requests: requests ?? { cpu: '5m', memory: '8Mi' }, ...(limits ? { limits } : {}) },
    securityContext: RESTRICTED,
    volumeDevices: devices.map((disk) => ({ name: disk.volume, devicePath: diskPath(disk) })),
    volumeMounts: [
      ...images.map((disk) => ({ name: disk.volume, mountPath: imageFolder(disk) })),
      ...(logsConsole(instance) ? [CONSOLE_MOUNT] : []),
    ],
  };
}

/** Prints the console until the guest ends, its last lines included. */
export function consoleLog(): V1Container {
  return {
    name: CONSOLE_LOG,
    image: IMAGE,
    command: ['/bin/bash', '/image/console.sh', CONSOLE],
    resources: { requests: { cpu: '5m', memory: '8Mi' } },
    securityContext: RESTRICTED,
    volumeMounts: [CONSOLE_MOUNT],
  };
}

const RESTRICTED: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: QEMU,
  seccompProfile: { type: 'RuntimeDefault' },
};

const CONSOLE_MOUNT = { name: CONSOLE_VOLUME.name, mountPath: CONSOLE_FOLDER };
