/**
 * Whether Pods of a migration may write to a VM's block devices: an init container of the binder tries to open each for
 * writing, as the user of importers, plugins and conversions. Where the container runtime does not give devices to a Pod's
 * user (containerd, CRI-O: `device_ownership_from_security_context`, off by default), they are root's.
 */
import type { FrozenVm } from '../../../plan/frozen';
import { podResources } from '../../../plan/pod-resources';
import type { Container, Pod } from '../api/kinds';
import { attachAll, attachByIndex } from './attached-disks';
import { RESTRICTED_CONTAINER } from './restricted';

export const DEVICES_CONTAINER = 'devices';

/** Opens each device, writes nothing to it, and says which it could not open. It never fails: the binder is to stay. */
const SCRIPT = 'for device do (: <> "$device") || true; done 2>/dev/termination-log';

/** Needs an image with a shell, and of those only the conversion's is known to have one. Null: nobody can be asked. */
export function deviceQuestion(vm: FrozenVm): Container | null {
  const devices = devicesOf(vm);
  if (vm.conversion === null || devices.length === 0) return null;
  return {
    name: DEVICES_CONTAINER,
    image: vm.conversion.image,
    command: ['/bin/sh', '-c', SCRIPT, DEVICES_CONTAINER],
    args: devices.map((device) => device.path),
    ...RESTRICTED_CONTAINER,
    volumeDevices: attachAll(vm.disks).container.volumeDevices,
    resources: { ...podResources('binder', vm.podResources?.binder) },
  };
}

/** A device that could not be opened, and the shell's words for it. */
export interface ClosedDevice {
  volumeName: string;
  why: string;
}

/** Whether a binder asks at all: one that an older worker made does not. */
export function asksForDevices({ spec }: Pod): boolean {
  return (spec?.initContainers ?? []).some(({ name }) => name === DEVICES_CONTAINER);
}

/** What the container has found; null before it has ended. */
export function closedDevices(vm: FrozenVm, { status }: Pod): ClosedDevice[] | null {
  const container = status?.initContainerStatuses?.find(({ name }) => name === DEVICES_CONTAINER);
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (ended === undefined) return null;
  // As `devices: line 1: /dev/drover/disk0: Permission denied`.
  const lines = (ended.message ?? '').split('\n');
  return devicesOf(vm).flatMap(({ path, volumeName }) => {
    const mark = ` ${path}: `;
    const line = lines.find((one) => one.includes(mark));
    return line === undefined ? [] : [{ volumeName, why: line.slice(line.indexOf(mark) + mark.length) }];
  });
}

function devicesOf(vm: FrozenVm): { path: string; volumeName: string }[] {
  return vm.disks
    .filter(({ volumeMode }) => volumeMode === 'Block')
    .map((disk) => ({ path: attachByIndex(disk).path, volumeName: disk.volumeName }));
}
