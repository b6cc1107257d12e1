/** The containers of a machine's Pod: the machine itself, and where somebody reads it, its serial console. */
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

const IMAGE = 'lab.drover.dev/virt-launcher:1';
export const QEMU = 107;
/** The container that the machine itself runs in; KubeVirt's name. */
export const COMPUTE = 'compute';
/** The container whose log is the guest's serial console; KubeVirt's name. */
const CONSOLE_LOG = 'guest-console-log';
export const CONSOLE_VOLUME: V1Volume = { name: 'serial-console', emptyDir: {} };

export function compute(instance: VirtualMachineInstance, disks: Disk[]): V1Container {
  const [devices, images] = [disks.filter(isBlock), disks.filter((disk) => !isBlock(disk))];
  const { requests, limits } = instance.spec.domain.resources ?? {};
  return {
    name: COMPUTE,
    image: IMAGE,
    args: launcherArguments(instance, disks),
    env: launcherEnvironment(instance),
    // Most of a lab's guests are empty: they ask for what their machine asks for by name, else for next to nothing.
    resources: { requests: requests ?? { cpu: '5m', memory: '8Mi' }, ...(limits ? { limits } : {}) },
    securityContext: RESTRICTED,
    volumeDevices: devices.map((disk) => ({ name: disk.volume, devicePath: diskPath(disk) })),
    volumeMounts: [
      ...images.map((disk) => ({ name: disk.volume, mountPath: imageFolder(disk) })),
      ...(logsConsole(instance) ? [CONSOLE_MOUNT] : []),
    ],
  };
}

/** Ends when the guest does, with what it said last. */
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
