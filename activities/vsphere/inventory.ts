/** What a vCenter holds, in the terms of `plan/inventory.ts`. */
import type {
  SourceDatastore,
  SourceHost,
  SourceNetwork,
  SourceNic,
  SourceVm,
  SourceVmRef,
} from '../../plan/inventory';
import { decodeName } from '../../plan/vcenter-names';
import { isFault } from './faults';
import { type Containers, inventoryPath, readContainers } from './inventory-path';
import {
  type ManagedObject,
  nameOf,
  readAround,
  readEverywhere,
  readObjects,
  required,
} from './property-collector';
import type { Vim } from './session';
import { PLACE_PATHS, toDatastore, toHost, toNetwork } from './source-places';
import { readNics } from './source-nic';
import {
  CARD_PATHS,
  cardNetworksOf,
  devicesOf,
  neighboursOf,
  type Surroundings,
  toSourceVm,
  VM_PATHS,
} from './source-vm';
import { child, type ManagedRef, requiredText, text } from './vim-value';

const VM = 'VirtualMachine';

/** Its summary holds the id by which cards refer to it. */
const OPAQUE_PATHS = ['name', 'summary'];

const VM_AND_NEIGHBOURS = {
  paths: {
    [VM]: VM_PATHS,
    HostSystem: ['name'],
    Network: ['name'],
    DistributedVirtualPortgroup: ['name'],
    OpaqueNetwork: OPAQUE_PATHS,
    Datastore: ['name'],
  },
  through: ['runtime.host', 'network', 'datastore'],
};

/** Every VM that has a configuration, in the order of inventory paths. Templates are among them. */
export async function listVmRefs(
  vim: Vim,
  { pageSize, known }: { pageSize?: number; known?: Containers } = {},
): Promise<SourceVmRef[]> {
  const containers = known ?? (await readContainers(vim));
  const paths = { VirtualMachine: ['name', 'parent', 'parentVApp', 'config.instanceUuid'] };
  const vms = await readEverywhere(vim, paths, pageSize);
  return vms
    .filter((vm) => vm.props.has('config.instanceUuid'))
    .map((vm) => ({
      moref: vm.ref.value,
      name: nameOf(vm),
      inventoryPath: inventoryPath(vm, containers),
      instanceUuid: requiredText(required(vm, 'config.instanceUuid'), 'instanceUuid'),
    }))
    .sort((a, b) => compare(a.inventoryPath, b.inventoryPath));
}

/**
 * The named VMs in full, in the order asked. Those that are gone, or that vCenter can't read (orphaned, inaccessible),
 * are left out. `power.lastPowerOn` is null: see `readPower`.
 */
export async function readVms(
  vim: Vim,
  morefs: readonly string[],
  containersKnown?: Containers,
): Promise<SourceVm[]> {
  const vms = await readMachines(vim, morefs);
  // Before the first question: an error thrown here later would leave a question whose failure nobody handles, and an
  // unhandled failure ends the process.
  const neighbours = vms.flatMap(neighboursOf);
  const [containers, around] = await Promise.all([
    containersKnown ?? readContainers(vim),
    readNeighbours(vim, neighbours),
  ]);
  const known = surroundings(around);
  const byMoref = new Map(
    vms.map((vm) => [
      vm.ref.value,
      toSourceVm(vm, { inventoryPath: inventoryPath(vm, containers), ...known }),
    ]),
  );
  return morefs.flatMap((moref) => byMoref.get(moref) ?? []);
}

/** One VM whose inventory path is known already; null where `readVms` would leave the VM out. */
export async function readVm(
  vim: Vim,
  known: { moref: string; inventoryPath: string },
): Promise<SourceVm | null> {
  const around = await readAroundVm(vim, known.moref);
  const vm = around.find(({ ref }) => ref.type === VM);
  if (vm === undefined || !isReadable(vm)) {
    return null;
  }
  // A card may hang on a network that the VM does not list.
  const found = new Set(around.map(({ ref }) => ref.value));
  const others = await readNeighbours(
    vim,
    neighboursOf(vm).filter(({ value }) => !found.has(value)),
  );
  return toSourceVm(vm, { inventoryPath: known.inventoryPath, ...surroundings([...around, ...others]) });
}

/** The VM, its host and its networks. */
async function readAroundVm(vim: Vim, moref: string): Promise<ManagedObject[]> {
  try {
    return await readAround(vim, { type: VM, value: moref }, VM_AND_NEIGHBOURS);
  } catch (error) {
    if (!isFault(error, 'ManagedObjectNotFound')) {
      throw error;
    }
    return [];
  }
}

async function readMachines(
  vim: Vim,
  morefs: readonly string[],
  paths: readonly string[] = VM_PATHS,
): Promise<ManagedObject[]> {
  const refs = morefs.map((value): ManagedRef => ({ type: VM, value }));
  return (await readSurviving(vim, refs, paths)).filter(isReadable);
}

/** One without hardware or a host is orphaned or inaccessible. What only the account may not read is said of it elsewhere. */
function isReadable({ props, missing }: ManagedObject): boolean {
  return props.has('config.hardware') && (props.has('runtime.host') || missing.has('runtime.host'));
}

export async function listDatastores(vim: Vim): Promise<SourceDatastore[]> {
  return (await readEverywhere(vim, { Datastore: PLACE_PATHS.Datastore })).map(toDatastore);
}

/**
 * Networks, distributed port groups and NSX's networks; the switches' own uplink groups carry no VM and are left out. One
 * whose name is empty, or not for us to read, goes by its moref.
 */
export async function listNetworks(vim: Vim): Promise<SourceNetwork[]> {
  // A view of networks includes the types derived from Network, for which the paths of their own type hold.
  const { Network, DistributedVirtualPortgroup } = PLACE_PATHS;
  return (await readEverywhere(vim, { Network, DistributedVirtualPortgroup })).flatMap(toNetwork);
}

/** {@link listNetworks}, and after them those that only cards still name: they are gone, or not for us to list. */
export async function listAllNetworks(vim: Vim): Promise<SourceNetwork[]> {
  const listed = await listNetworks(vim);
  const unlisted = new Map<string, { name: string; on: string[] }>();
  const known = new Set(listed.map(({ moref }) => moref));
  const vms = await readEverywhere(vim, { [VM]: ['name'] });
  for (let begin = 0; begin < vms.length; begin += VMS_AT_ONCE) {
    const some = vms.slice(begin, begin + VMS_AT_ONCE).map(({ ref }) => ref.value);
    for (const { moref, name, card } of await readCards(vim, some)) {
      if (known.has(moref)) continue;
      unlisted.set(moref, { name, on: [...(unlisted.get(moref)?.on ?? []), card] });
    }
  }
  return [
    ...listed,
    ...[...unlisted].map(
      ([
        moref,
        {
          name,
          on: [first = '', ...others],
        },
      ]) => {
        const onlyOn = others.length === 0 ? first : `${first} and ${others.length} more`;
        return { moref, name, type: 'unlisted', onlyOn };
      },
    ),
  ];
}

/** VMs whose devices are read in one question: the devices of a VM take some ten kilobytes. */
const VMS_AT_ONCE = 200;

/** The networks of all cards of these VMs. */
async function readCards(
  vim: Vim,
  morefs: readonly string[],
): Promise<(SourceNic['network'] & { card: string })[]> {
  const vms = await readMachines(vim, morefs, CARD_PATHS);
  const known = surroundings(await readNeighbours(vim, vms.flatMap(cardNetworksOf)));
  return vms.flatMap((vm) =>
    readNics(devicesOf(vm), known).map(({ label, network }) => ({
      ...network,
      card: `"${label}" of VM "${nameOf(vm)}"`,
    })),
  );
}

export async function listHosts(vim: Vim): Promise<SourceHost[]> {
  return (await readEverywhere(vim, { HostSystem: PLACE_PATHS.HostSystem })).map(toHost);
}

/** vCenter refuses the whole question for one object that is gone, so then each is asked for alone. */
export async function readSurviving(
  vim: Vim,
  refs: readonly ManagedRef[],
  paths: readonly string[],
): Promise<ManagedObject[]> {
  try {
    return await readObjects(vim, refs, paths);
  } catch (error) {
    if (!isFault(error, 'ManagedObjectNotFound')) {
      throw error;
    }
    if (refs.length === 1) {
      return [];
    }
  }
  const survivors: ManagedObject[] = [];
  for (const ref of refs) {
    survivors.push(...(await readSurviving(vim, [ref], paths)));
  }
  return survivors;
}

/** Hosts, networks and datastores; those that are gone are left out. */
async function readNeighbours(vim: Vim, refs: readonly ManagedRef[]): Promise<ManagedObject[]> {
  const distinct = [...new Map(refs.map((ref) => [ref.value, ref])).values()];
  const isOpaque = ({ type }: ManagedRef) => type === 'OpaqueNetwork';
  const [others, opaque] = await Promise.all([
    readSurviving(
      vim,
      distinct.filter((ref) => !isOpaque(ref)),
      ['name'],
    ),
    readSurviving(vim, distinct.filter(isOpaque), OPAQUE_PATHS),
  ]);
  return [...others, ...opaque];
}

/** Objects that VMs refer to. If a name is empty, or we may not read it, the reference stands for the name. */
function surroundings(objects: readonly ManagedObject[]): Omit<Surroundings, 'inventoryPath'> {
  return {
    names: new Map(
      objects.flatMap(({ ref, props }) => {
        const name = decodeName(text(props.get('name')) ?? '');
        return name === '' ? [] : [[ref.value, name] as const];
      }),
    ),
    opaque: new Map(
      objects.flatMap(({ ref, props }) => {
        const id = text(child(props.get('summary'), 'opaqueNetworkId'));
        return id === null ? [] : [[id, ref.value] as const];
      }),
    ),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
