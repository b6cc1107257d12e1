/** A resolved plan in outline: what a wave keeps of each VM. Its frozen form is made again, page by page, and stays there. */
import type { Document } from './documents';
import type { CopyMethod, FrozenVm } from './frozen';
import type { PlanEntry } from './resolve';
import type { SharingRole } from './resolve/sharing-groups';
import type { VmRole } from './wave';

/** One VM of a plan. */
export interface OutlineRow {
  /** Place in `spec.vms`. */
  place: number;
  moref: string;
  name: string;
  /** What it will be called at the target; absent for one that was migrated before. */
  targetName?: string;
  /** Bytes of its frozen form, as JSON; 0 for one that was migrated before. */
  weight: number;
  disks: number;
  /** Capacity of its disks. */
  bytes: number;
  methods: CopyMethod['kind'][];
  /** Absent where the plan says nothing of its wave. */
  role?: Omit<VmRole, 'moref'>;
  /** It was migrated before. */
  migrated?: true;
  /** It is migrated although it was before. */
  again?: true;
  /** Of a VM that shares disks with others of the plan; absent of all others. */
  sharing?: SharingRole;
}

/** @param again VMs that are to be migrated again, by name, moref, instance UUID or inventory path */
export function outlineRow(entry: PlanEntry, again: readonly string[]): OutlineRow {
  const { place } = entry;
  const role = {
    ...(entry.role !== undefined && { role: withoutMoref(entry.role) }),
    ...(entry.sharing !== undefined && { sharing: entry.sharing }),
  };
  if ('migrated' in entry) {
    const { moref, name } = entry.migrated.vm;
    return { place, moref, name, weight: 0, disks: 0, bytes: 0, methods: [], ...role, migrated: true };
  }
  const { vm } = entry;
  const { moref, name } = vm.vm;
  return {
    place,
    moref,
    name,
    targetName: vm.targetName,
    weight: new TextEncoder().encode(JSON.stringify(vm)).length,
    disks: vm.disks.length,
    bytes: vm.disks.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0),
    methods: [...new Set(vm.disks.map(({ method }) => method.kind))].sort(),
    ...role,
    ...(isAgain(vm, again) && { again: true }),
  };
}

/** VMs that share disks follow one another, those whose migrations copy the disks first; all others stay in the order of the plan. */
export function inStartOrder(rows: readonly OutlineRow[]): OutlineRow[] {
  const placeOf = new Map<string, number>();
  for (const { place, sharing } of rows)
    if (sharing !== undefined && !placeOf.has(sharing.group)) placeOf.set(sharing.group, place);
  const placed = rows.map((row) => ({
    row,
    among: row.sharing === undefined ? row.place : placeOf.get(row.sharing.group)!,
    late: row.sharing?.copies === false ? 1 : 0,
  }));
  placed.sort(
    (one, other) => one.among - other.among || one.late - other.late || one.row.place - other.row.place,
  );
  return placed.map(({ row }) => row);
}

function withoutMoref({ group, priority, canary }: VmRole): Omit<VmRole, 'moref'> {
  return { group, priority, canary };
}

function isAgain({ vm }: FrozenVm, again: readonly string[]): boolean {
  return again.some((text) => [vm.name, vm.moref, vm.instanceUuid, vm.inventoryPath].includes(text));
}

/** The entry of `spec.vms` by which a page finds this VM. */
export function pageEntry(entry: Document, { moref, targetName }: OutlineRow): Document {
  return { ...entry, id: moref, ...(targetName !== undefined && { targetName }) };
}
