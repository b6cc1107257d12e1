/** VMs of one plan that have a disk together, and what is resolved of them. */
import type { FormerTarget } from '../../plan/earlier';
import type { SourceDisk, SourceVm, TargetInventory } from '../../plan/inventory';
import { resolvePlan } from '../../plan/resolve';
import {
  disk,
  inventory,
  type InventoryChanges,
  manifestSet,
  nic,
  sanDisk,
  sourceVm,
  storageMap,
  targetInventory,
} from './example';

export const QUORUM = '[san-1] cluster/quorum.vmdk';
export const OFF = { state: 'poweredOff', bootTime: null, lastPowerOn: null } as const;

/** A disk that may have several writers. */
export function quorum(changes: Partial<SourceDisk> = {}): SourceDisk {
  return sanDisk({ basePath: QUORUM, currentPath: QUORUM, shared: true, ...changes });
}

export function ownDisk(number: number): SourceDisk {
  const path = `[ssd-1] node-${number}/node-${number}.vmdk`;
  return disk({ basePath: path, currentPath: path });
}

export interface Member {
  vm: SourceVm;
  /** Its entry in the plan. */
  entry: object;
}

interface MemberChanges {
  shared?: SourceDisk;
  vm?: Partial<SourceVm>;
  migrateSharedDisks?: boolean;
  rootDisk?: string;
}

/** A VM that is off, with a disk of its own and the shared one. */
export function member(number: number, { shared = quorum(), vm = {}, ...entry }: MemberChanges = {}): Member {
  const name = `node-${number}`;
  const source = sourceVm({
    moref: `vm-${number}`,
    name,
    inventoryPath: `/DC0/vm/${name}`,
    instanceUuid: `uuid-${number}`,
    nics: [nic({ macAddress: `00:50:56:00:00:${number}` })],
    disks: [ownDisk(number), shared],
    power: OFF,
    ...vm,
  });
  return { vm: source, entry: { name, ...entry } };
}

/** A VM whose target attaches what another one's migration copies. */
export function attacher(number: number, changes: MemberChanges = {}): Member {
  return member(number, { migrateSharedDisks: false, ...changes });
}

export interface Cluster {
  plan?: object;
  surroundings?: InventoryChanges['surroundings'];
  /** Where the datastore of the shared disk goes. */
  destination?: object;
  target?: Partial<TargetInventory>;
  /** Of the Provider of the source. */
  vcenter?: object;
}

/** The target has this VM already, by a migration that has finished. */
export function migratedBefore(
  number: number,
  changes: Partial<FormerTarget> = {},
): Partial<TargetInventory> {
  const former: FormerTarget = {
    vcenterUuid: 'vcenter-uuid',
    moref: `vm-${number}`,
    plan: { namespace: 'mtv', name: 'wave-1' },
    namespace: 'migrated',
    machine: `node-${number}`,
    instanceUuid: `uuid-${number}`,
    sourceName: `node-${number}`,
    standing: 'finished',
    finishedAt: '2026-03-01T10:00:00.000Z',
    volumes: [],
    missingVolumes: [],
    ...changes,
  };
  return { earlier: { targets: [former], successes: [], again: [] } };
}

export function resolveCluster(
  members: readonly Member[],
  { plan, surroundings, destination, target, vcenter }: Cluster = {},
) {
  const { map } = storageMap().spec as { map: object[] };
  const shared = { source: { name: 'san-1' }, destination };
  const set = manifestSet({
    plan: { vms: members.map(({ entry }) => entry), ...plan },
    ...(vcenter && { vcenter }),
    storageMap: destination === undefined ? {} : { map: [map[0], shared] },
  });
  const vms = members.map(({ vm }) => vm);
  return resolvePlan(set, inventory({ vms, ...(surroundings && { surroundings }) }), targetInventory(target));
}
