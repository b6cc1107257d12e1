/** Why Drover does not migrate a disk that several VMs have: each reason with what to do about it. */
import { listSome } from '../cut';
import { kindsOf } from '../disk-kinds';
import { MOST_SHARERS } from '../field-limits';
import type { MigratedVm } from '../frozen';
import type { PowerReading, SourceDisk } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { lunOf } from '../rdm-lun';
import type { DiskSharer } from './disk-sharers';
import type { PlannedVm } from './planned-vm';
import { bootDisk } from './boot-index';
import type { StorageMapping } from './storage-mapping';

/** A disk of a VM of the plan. */
export interface DiskUse {
  planned: PlannedVm;
  disk: SourceDisk;
}

export interface SharingFault {
  /** A clause. */
  found: string;
  /** An instruction, besides to end the sharing. */
  remedy: string;
}

export interface SharingFrame {
  set: ManifestSet;
  mapping: StorageMapping;
  /** VMs of the plan that were migrated before, by the place of their entries in `spec.vms`. */
  migrated: ReadonlyMap<number, MigratedVm>;
  isShared: (use: DiskUse) => boolean;
}

/** One shared disk, as one of its VMs has it. */
interface Sharing {
  use: DiskUse;
  /** The other VMs that have the disk. */
  others: readonly DiskSharer[];
  /** VMs of the plan that write the file which this VM writes, this one among them. */
  users: readonly DiskUse[];
}

type Look = (sharing: Sharing, frame: SharingFrame) => SharingFault | null;

/** Of one list, so that a problem stays readable. */
const MOST_NAMED = 5;

/** All of the first kind that speaks against the disk: nobody can judge the rest until it is known who has the disk. */
export function sharingFaults(sharing: Sharing, frame: SharingFrame): SharingFault[] {
  for (const kind of KINDS) {
    const faults = kind.map((look) => look(sharing, frame)).filter((fault) => fault !== null);
    if (faults.length > 0) return faults;
  }
  return [];
}

/** Whether the plan has this VM's migration copy what it shares. */
export function copiesShared({ chosen }: PlannedVm, { set }: Pick<SharingFrame, 'set'>): boolean {
  return chosen.entry.migrateSharedDisks ?? set.plan.spec.migrateSharedDisks;
}

// ---- Who has the disk ---------------------------------------------------------------------------------------

const alone: Look = ({ others }) =>
  others.length > 0
    ? null
    : {
        found: 'vCenter shows no other VM that has it',
        remedy: "if others have it, let the Provider's login read them",
      };

/** VMs of other hosts may have it on the same datastore, and run. */
const shortSighted: Look = (_, { set }) =>
  set.source.spec.settings.sdkEndpoint !== 'esxi'
    ? null
    : {
        found: 'a single ESXi host is the source, which does not see whether VMs of other hosts have it',
        remedy: 'migrate these VMs through the vCenter of their hosts',
      };

/** A VM that writes another file of the chain, or reads this one, does not have the disk as the others have it. */
const chained: Look = ({ others, users }) => {
  const writesIt = (moref: string) => users.some(({ planned }) => planned.vm.moref === moref);
  const isChain = ({ disk, planned }: DiskUse) =>
    (disk.parents ?? []).length > 0 || kindsOf(disk, planned.vm).includes('snapshots');
  const elsewhere = others.some(({ isOfPlan, moref, writes }) => !writes || (isOfPlan && !writesIt(moref)));
  if (!elsewhere && !users.some(isChain)) return null;
  return {
    found: 'it is a chain of files (snapshots, or linked clones)',
    remedy: 'remove the snapshots of all VMs that have it, and make full clones of linked ones',
  };
};

const outside: Look = ({ others }) => {
  const strangers = others.filter(({ isOfPlan }) => !isOfPlan);
  if (strangers.length === 0) return null;
  return {
    found: `Drover migrates it only with all VMs that have it, and ${quoted(strangers)} ${areOrIs(strangers)} not of the plan`,
    remedy: 'add to the plan all VMs that have it, and where --vm chooses VMs of the plan, name all of these',
  };
};

const crowded: Look = ({ others }) =>
  others.length <= MOST_SHARERS
    ? null
    : {
        found: `${others.length + 1} VMs have it, and Drover takes at most ${MOST_SHARERS + 1}`,
        remedy: `detach it from all of them but ${MOST_SHARERS + 1}`,
      };

// ---- Whether they can be migrated with it -------------------------------------------------------------------

const running: Look = ({ users }) => {
  const on = users.filter(({ planned: { vm } }) => vm.power.state !== 'poweredOff');
  if (on.length === 0) return null;
  const named = on.map(({ planned: { vm } }) => `"${vm.name}" is ${POWER[vm.power.state]}`);
  return {
    found: `all VMs that have it must be off, and ${listSome(named, MOST_NAMED)}`,
    remedy: 'shut these VMs down, and leave them off until their migrations have ended',
  };
};

const oneOwner: Look = ({ users }, frame) => {
  const owners = vmsOf(users.filter(({ planned }) => copiesShared(planned, frame)));
  if (owners.length === 1) return null;
  const remedy =
    'in spec.vms, set migrateSharedDisks to true for one of them, whose migration copies the disk, and to false for all others, whose targets attach its volume';
  const found =
    owners.length === 0
      ? 'none of its VMs copies it: migrateSharedDisks is false for all of them'
      : `${quoted(owners)} would each copy it: migrateSharedDisks is true for them`;
  return { found, remedy };
};

const booted: Look = ({ users }) => {
  const boots = ({ planned, disk }: DiskUse) => bootDisk(planned)?.key === disk.key;
  const vms = vmsOf(users.filter(boots));
  if (vms.length === 0) return null;
  return {
    found: `${quoted(vms)} ${vms.length === 1 ? 'boots' : 'boot'} from it, as far as the boot order and the plan say`,
    remedy: 'give each VM a boot disk of its own; where it has one, name it in rootDisk of spec.vms',
  };
};

const bare: Look = ({ users }, frame) => {
  const hasNone = ({ planned }: DiskUse) =>
    !copiesShared(planned, frame) && planned.vm.disks.every((disk) => frame.isShared({ planned, disk }));
  const vms = vmsOf(users.filter(hasNone));
  if (vms.length === 0) return null;
  return {
    found: `${quoted(vms)} ${vms.length === 1 ? 'has' : 'have'} no disk that it does not share`,
    remedy: 'give each VM that does not copy the disk a disk of its own',
  };
};

const unfit: Look = ({ use: { disk } }, { mapping }) => {
  const mapped = mapping.get(disk.datastore.moref);
  // A wrong entry, or none, is a problem of its own.
  if (mapped?.result.kind !== 'target' || mapped.result.target.takesShared) return null;
  const { storageClass } = mapped.result.target;
  return {
    found: `its volume must be of mode Block and ReadWriteMany, and the StorageMap and class "${storageClass}" do not give it that`,
    remedy: `map datastore "${disk.datastore.name}" to a class that can, and give volumeMode: Block and accessMode: ReadWriteMany where its StorageProfile does not offer them`,
  };
};

const asLun: Look = ({ users }, { set }) => {
  const luns = ({ planned, disk }: DiskUse) => lunOf(disk, planned.chosen.entry, set.plan.spec) !== null;
  const vms = vmsOf(users.filter(luns));
  if (vms.length === 0) return null;
  return {
    found: `it would become a LUN of ${quoted(vms)}, and Drover shares no LUNs`,
    remedy: 'set rdmAsLun to false for these VMs',
  };
};

/** VMs of the plan that this run leaves alone. */
const before: Look = ({ users }, frame) => {
  const { name, namespace } = frame.set.plan.metadata;
  const formerOf = ({ planned }: DiskUse) => frame.migrated.get(planned.chosen.index);
  const done = users.flatMap((use) => formerOf(use) ?? []);
  const foreign = done.find(({ plan }) => plan.name !== name || plan.namespace !== namespace);
  const copier = users.find(({ planned }) => copiesShared(planned, frame));
  const copy = copier === undefined ? undefined : formerOf(copier);
  if (foreign !== undefined)
    return {
      found: `"${foreign.vm.name}" was migrated by another plan, ${foreign.plan.namespace}/${foreign.plan.name}`,
      remedy:
        'roll its migration back and migrate all VMs that have the disk by one plan, or leave them out of it',
    };
  if (done.length === 0 || copy?.targetStands === true) return null;
  const owner = `"${copier?.planned.vm.name}"`;
  return {
    found:
      copy === undefined
        ? `"${done[0]!.vm.name}" was migrated before ${owner}, which copies the disk`
        : `${owner}, which copies the disk, was migrated, and its VirtualMachine is gone`,
    remedy: 'roll back what was migrated of them, and migrate all of them again',
  };
};

const KINDS: readonly (readonly Look[])[] = [
  [alone, shortSighted],
  [chained, outside, crowded],
  [running, oneOwner, booted, bare, unfit, asLun, before],
];

// ---- Words --------------------------------------------------------------------------------------------------

const POWER: Readonly<Record<PowerReading['state'], string>> = {
  poweredOn: 'on',
  poweredOff: 'off',
  suspended: 'suspended',
};

function vmsOf(users: readonly DiskUse[]): { name: string }[] {
  return users.map(({ planned }) => planned.vm);
}

function quoted(vms: readonly { name: string }[]): string {
  return listSome(
    vms.map(({ name }) => `"${name}"`),
    MOST_NAMED,
  );
}

function areOrIs(vms: readonly unknown[]): string {
  return vms.length === 1 ? 'is' : 'are';
}
