/** One VM as the rest of Drover knows it, from its managed object. */
import { decodeName } from '../../plan/vcenter-names';
import { type SourceVm, sourceVmSchema } from '../../plan/inventory';
import { type ManagedObject, required } from './property-collector';
import { readBootOrder } from './source-boot';
import { CONCERN_PATHS, readConcerns } from './source-concerns';
import { datastoresOf, readDisks } from './source-disk';
import { GUEST_PATHS, readGuest, snapshotDepth } from './source-guest';
import { GUEST_NETWORK_PATHS, withGuestNetwork } from './source-guest-network';
import { hasOpaqueNetwork, type Networks, networksOf, readNics } from './source-nic';
import {
  child,
  flag,
  list,
  managedRef,
  type ManagedRef,
  moment,
  requiredInteger,
  requiredRef,
  requiredText,
  text,
  typeOf,
  UnexpectedAnswer,
} from './vim-value';

/** The paths that {@link toSourceVm} reads. */
export const VM_PATHS = [
  'name',
  'parent',
  'parentVApp',
  'config.instanceUuid',
  'config.uuid',
  'config.template',
  'config.firmware',
  'config.bootOptions',
  'config.hardware',
  'config.guestId',
  'config.guestFullName',
  'config.changeTrackingEnabled',
  'guest.toolsRunningStatus',
  'guest.toolsStatus',
  'runtime.powerState',
  'runtime.bootTime',
  'runtime.host',
  'network',
  ...GUEST_PATHS,
  ...GUEST_NETWORK_PATHS,
  ...CONCERN_PATHS,
] as const;

/** What a VM's own properties do not say. */
export interface Surroundings extends Networks {
  inventoryPath: string;
  /** Names of hosts, networks, port groups and datastores by moref. */
  names: ReadonlyMap<string, string>;
}

/** @throws UnexpectedAnswer for numbers and states that no VM has */
export function toSourceVm(vm: ManagedObject, surroundings: Surroundings): SourceVm {
  const { data, error } = sourceVmSchema.safeParse(readAll(vm, surroundings));
  if (data !== undefined) return data;
  throw new UnexpectedAnswer(`a sound ${error.issues[0]?.path.join('.') ?? 'VM'}`);
}

function readAll(vm: ManagedObject, { inventoryPath, ...networks }: Surroundings): unknown {
  const { names } = networks;
  const get = (path: (typeof VM_PATHS)[number]) => text(vm.props.get(path));
  const need = (path: (typeof VM_PATHS)[number]) => requiredText(required(vm, path), path);
  const host = hostOf(vm);
  const toolsRunning = get('guest.toolsRunningStatus');
  return {
    moref: vm.ref.value,
    name: decodeName(need('name')),
    inventoryPath,
    instanceUuid: need('config.instanceUuid'),
    biosUuid: need('config.uuid'),
    isTemplate: get('config.template') === 'true',
    firmware: get('config.firmware') === 'efi' ? 'efi' : 'bios',
    secureBoot: flag(child(vm.props.get('config.bootOptions'), 'efiSecureBootEnabled')),
    ...readHardware(vm),
    guestId: get('config.guestId') ?? '',
    guestName: get('config.guestFullName') ?? '',
    tools: {
      running: toolsRunning === 'guestToolsRunning',
      status: get('guest.toolsStatus') ?? toolsRunning ?? 'unknown',
    },
    power: {
      state: need('runtime.powerState'),
      bootTime: moment(vm.props.get('runtime.bootTime')),
      // A list of VMs is read without each one's events; who compares readings asks for one (`readPower`).
      lastPowerOn: null,
    },
    host: { moref: host.value, name: names.get(host.value) ?? host.value },
    hasSnapshot: vm.props.get('snapshot') !== undefined,
    disks: readDisks(devicesOf(vm), {
      changeTracking: get('config.changeTrackingEnabled') === 'true',
      datastores: names,
    }),
    nics: withGuestNetwork(readNics(devicesOf(vm), networks), vm),
    guest: readGuest(vm),
    snapshotDepth: snapshotDepth(vm.props.get('snapshot')),
    concerns: readConcerns(vm, devicesOf(vm)),
    boot: readBootOrder(vm.props.get('config.bootOptions')),
  };
}

function readHardware(vm: ManagedObject): Pick<SourceVm, 'tpm' | 'cpu' | 'memoryMiB'> {
  const hardware = required(vm, 'config.hardware');
  const count = requiredInteger(child(hardware, 'numCPU'), 'numCPU');
  return {
    tpm: devicesOf(vm).some((device) => typeOf(device) === 'VirtualTPM'),
    cpu: {
      count,
      // vSphere 8 leaves it to the host by writing 0.
      coresPerSocket: Number(text(child(hardware, 'numCoresPerSocket')) ?? 1) || 1,
    },
    memoryMiB: requiredInteger(child(hardware, 'memoryMB'), 'memoryMB'),
  };
}

export function devicesOf(vm: ManagedObject): unknown[] {
  return list(child(required(vm, 'config.hardware'), 'device'));
}

export function hostOf(vm: ManagedObject): ManagedRef {
  return requiredRef(required(vm, 'runtime.host'), 'runtime.host');
}

/** All objects whose names {@link toSourceVm} needs. */
export function neighboursOf(vm: ManagedObject): ManagedRef[] {
  const devices = devicesOf(vm);
  return [hostOf(vm), ...cardNetworksOf(vm), ...datastoresOf(devices)];
}

/** The paths that {@link cardNetworksOf} reads, and the VM's name. */
export const CARD_PATHS = ['name', 'config.hardware', 'runtime.host', 'network'] as const;

/** Networks of the VM's cards, for reading their names. Some may be gone. */
export function cardNetworksOf(vm: ManagedObject): ManagedRef[] {
  return [...networksOf(devicesOf(vm)), ...opaqueNetworksOf(vm)];
}

/** NSX networks in the VM's own list; empty where no card hangs on one. Only this list has their morefs. */
function opaqueNetworksOf(vm: ManagedObject): ManagedRef[] {
  if (!hasOpaqueNetwork(devicesOf(vm))) return [];
  return list(child(vm.props.get('network'), 'ManagedObjectReference')).flatMap((node) => {
    const ref = managedRef(node);
    return ref?.type === 'OpaqueNetwork' ? [ref] : [];
  });
}
