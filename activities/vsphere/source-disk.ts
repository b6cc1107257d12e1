/** Disks of a VM, from its list of virtual devices. */
import type { DiskBus, SourceDisk } from '../../plan/inventory';
import { child, integer, managedRef, requiredInteger, requiredText, text, typeOf } from './vim-value';

interface Controller {
  key: number;
  bus: DiskBus;
  type: string;
  busNumber: number;
  /** SCSI bus sharing: every disk on it may have several writers. */
  shared: boolean;
}

const CONTROLLERS: Record<string, DiskBus> = {
  VirtualBusLogicController: 'scsi',
  VirtualLsiLogicController: 'scsi',
  VirtualLsiLogicSASController: 'scsi',
  ParaVirtualSCSIController: 'scsi',
  VirtualAHCIController: 'sata',
  VirtualSATAController: 'sata',
  VirtualIDEController: 'ide',
  VirtualNVMEController: 'nvme',
};

/** In the order of controllers and units. `changeTracking` is the VM's own switch. */
export function readDisks(devices: readonly unknown[], changeTracking: boolean): SourceDisk[] {
  const controllers = new Map(
    devices.flatMap(readController).map((controller) => [controller.key, controller]),
  );
  return devices
    .filter((device) => typeOf(device) === 'VirtualDisk')
    .map((device) => readDisk(device, controllers, changeTracking))
    .sort((a, b) => a.controllerKey - b.controllerKey || a.unitNumber - b.unitNumber);
}

function readController(device: unknown): Controller[] {
  const type = typeOf(device) ?? '';
  const bus = Object.hasOwn(CONTROLLERS, type) ? CONTROLLERS[type] : undefined;
  if (bus === undefined) {
    return [];
  }
  const sharing = text(child(device, 'sharedBus'));
  return [
    {
      key: requiredInteger(child(device, 'key'), 'a controller key'),
      bus,
      type,
      busNumber: integer(child(device, 'busNumber')) ?? 0,
      shared: sharing !== null && sharing !== 'noSharing',
    },
  ];
}

function readDisk(
  device: unknown,
  controllers: ReadonlyMap<number, Controller>,
  changeTracking: boolean,
): SourceDisk {
  const key = requiredInteger(child(device, 'key'), 'a disk key');
  const controllerKey = requiredInteger(child(device, 'controllerKey'), `the controller of disk ${key}`);
  const controller = controllers.get(controllerKey);
  const backing = child(device, 'backing');
  const currentPath = requiredText(child(backing, 'fileName'), `the file of disk ${key}`);
  return {
    key,
    label: text(child(device, 'deviceInfo', 'label')) ?? `disk ${key}`,
    bus: controller?.bus ?? 'scsi',
    controllerType: controller?.type ?? 'unknown',
    controllerKey,
    busNumber: controller?.busNumber ?? 0,
    unitNumber: integer(child(device, 'unitNumber')) ?? 0,
    basePath: basePath(backing) ?? currentPath,
    currentPath,
    datastore: {
      moref: managedRef(child(backing, 'datastore'))?.value ?? '',
      name: datastoreOf(currentPath),
    },
    capacityBytes: capacity(device, key),
    mode: text(child(backing, 'diskMode')) ?? 'persistent',
    shared: text(child(backing, 'sharing')) === 'sharingMultiWriter' || (controller?.shared ?? false),
    rdm: readRdm(backing),
    uuid: text(child(backing, 'uuid')),
    changeTracking,
    encrypted: child(backing, 'keyId') !== undefined,
  };
}

/** Each snapshot puts a new file before its parent; the last of the chain is the disk's first file. */
function basePath(backing: unknown): string | null {
  const parent = child(backing, 'parent');
  return parent === undefined ? text(child(backing, 'fileName')) : basePath(parent);
}

function readRdm(backing: unknown): SourceDisk['rdm'] {
  const mode = text(child(backing, 'compatibilityMode'));
  return mode === 'physicalMode' || mode === 'virtualMode' ? mode : null;
}

/** Older hosts give kilobytes only. */
function capacity(device: unknown, key: number): number {
  return (
    integer(child(device, 'capacityInBytes')) ??
    requiredInteger(child(device, 'capacityInKB'), `the capacity of disk ${key}`) * 1024
  );
}

/** `[ssd-1] web/web.vmdk` lies on `ssd-1`. */
function datastoreOf(path: string): string {
  return /^\[(.*?)\]/.exec(path)?.[1] ?? '';
}
