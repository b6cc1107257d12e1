/** Disks of a VM, from its list of virtual devices. */
import type { DiskBus, SourceDisk } from '../../plan/inventory';
import { fileOf } from '../../plan/copy-evidence';
import { type DiskFile, filesOf } from '../../plan/disk-files';
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

/** The files of a foreign VM's disks. A disk without a file is passed over. */
export function foreignFilesOf(devices: readonly unknown[]): DiskFile[] {
  return devices
    .filter((device) => typeOf(device) === 'VirtualDisk')
    .flatMap((device) => {
      const backing = child(device, 'backing');
      const currentPath = text(child(backing, 'fileName'));
      if (currentPath === null) return [];
      return filesOf({ currentPath, datastore: datastoreOf(backing, currentPath), ...parentsOf(backing) });
    });
}

/** Datastores that a VM's disks lie on, for reading their names. */
export function datastoresOf(devices: readonly unknown[]): ManagedRef[] {
  return devices
    .filter((device) => typeOf(device) === 'VirtualDisk')
    .flatMap((device) => datastoreRef(child(device, 'backing')) ?? []);
}

function datastoreRef(backing: unknown): ManagedRef | null {
  return managedRef(child(backing, 'datastore'));
}

/** If the file refers to no datastore, the name in its path stands for the datastore. */
function datastoreOf(
  backing: unknown,
  path: string,
  names?: ReadonlyMap<string, string>,
): SourceDisk['datastore'] {
  const moref = datastoreRef(backing)?.value;
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
    ...parentsOf(backing, datastores),
    datastore: datastoreOf(backing, currentPath, datastores),
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

/** They may lie on other datastores than the file that is written. */
function parentsOf(backing: unknown, names?: ReadonlyMap<string, string>): Pick<SourceDisk, 'parents'> {
  const parents: string[] = [];
  for (let parent = child(backing, 'parent'); parent !== undefined; parent = child(parent, 'parent')) {
    const currentPath = text(child(parent, 'fileName'));
    if (currentPath === null) continue;
    const { moref: datastoreId, name: datastore } = datastoreOf(parent, currentPath, names);
    parents.push(fileOf({ currentPath, datastore, datastoreId }));
  }
  return parents.length === 0 ? {} : { parents };
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
