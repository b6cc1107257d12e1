/** Disks of a VM, from its list of virtual devices. */
import type { DiskBus, SourceDisk } from '../../plan/inventory';
import { splitDatastorePath } from '../../plan/vcenter-names';
import {
  child,
  integer,
  managedRef,
  type ManagedRef,
  requiredInteger,
  requiredText,
  text,
  typeOf,
} from './vim-value';

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

/** What disks do not say themselves. */
export interface DiskSurroundings {
  /** The VM's own switch. */
  changeTracking: boolean;
  /** Names by moref. The name of a datastore that is missing here is taken from the disk's path. */
  datastores?: ReadonlyMap<string, string>;
}

/** In the order of controllers and units. */
export function readDisks(devices: readonly unknown[], around: DiskSurroundings): SourceDisk[] {
  const controllers = new Map(
    devices.flatMap(readController).map((controller) => [controller.key, controller]),
  );
  return devices
    .filter((device) => typeOf(device) === 'VirtualDisk')
    .map((device) => readDisk(device, controllers, around))
    .sort((a, b) => a.controllerKey - b.controllerKey || a.unitNumber - b.unitNumber);
}

/** Datastores that a VM's disks lie on, for reading their names. */
export function datastoresOf(devices: readonly unknown[]): ManagedRef[] {
  return devices
    .filter((device) => typeOf(device) === 'VirtualDisk')
    .flatMap((device) => datastoreRef(device) ?? []);
}

function datastoreRef(device: unknown): ManagedRef | null {
  return managedRef(child(device, 'backing', 'datastore'));
}

/** If the disk refers to no datastore, the name in its path stands for the datastore. */
function datastoreOf(
  device: unknown,
  path: string,
  names?: ReadonlyMap<string, string>,
): SourceDisk['datastore'] {
  const moref = datastoreRef(device)?.value;
  const name =
    (moref === undefined ? undefined : names?.get(moref)) ??
    splitDatastorePath(path)?.datastore ??
    moref ??
    '';
  return { moref: moref ?? name, name };
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
  { changeTracking, datastores }: DiskSurroundings,
): SourceDisk {
  const key = requiredInteger(child(device, 'key'), 'a disk key');
  const controllerKey = requiredInteger(child(device, 'controllerKey'), `the controller of disk ${key}`);
  const controller = controllers.get(controllerKey);
  const backing = child(device, 'backing');
  const currentPath = requiredText(child(backing, 'fileName'), `the file of disk ${key}`);
  const changeId = text(child(backing, 'changeId'));
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
    datastore: datastoreOf(device, currentPath, datastores),
    capacityBytes: capacity(device, key),
    mode: text(child(backing, 'diskMode')) ?? 'persistent',
    shared: text(child(backing, 'sharing')) === 'sharingMultiWriter' || (controller?.shared ?? false),
    rdm: readRdm(backing),
    uuid: text(child(backing, 'uuid')),
    changeTracking,
    ...(changeId !== null && { changeId }),
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
