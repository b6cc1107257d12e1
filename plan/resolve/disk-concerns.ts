/** What is wrong with the disks of a VM, also for the copiers by which they would go. */
import type { Concern } from '../concerns';
import { type DiskKind, kindsOf, notImported } from '../disk-kinds';
import { MOST_DISKS } from '../field-limits';
import { mayImport } from '../frozen';
import type { SourceDisk, SourceVm } from '../inventory';
import { methodOf } from './disk-method';
import { type Finding, findingOf } from './finding';
import { targetOf, type StorageMapping } from './storage-mapping';
import type { StorageTarget } from './storage-target';

export function diskConcerns(vm: SourceVm, storage: StorageMapping): Finding[] {
  const count = vm.disks.length;
  return [
    ...(count === 0 ? [findingOf({ id: 'no-disk' })] : []),
    ...(count > MOST_DISKS ? [findingOf({ id: 'too-many-disks', detail: String(count) })] : []),
    ...vm.disks.flatMap((disk) =>
      ofDisk(disk, vm, targetOf(storage, disk.datastore.moref)).map((each) => ({
        ...each,
        found: `disk "${disk.label}" (${disk.currentPath}) ${each.found}`,
      })),
    ),
    ...decrypted(vm, storage),
  ];
}

/** `target` is null where the datastore is not mapped, which is reported on its own. */
function ofDisk(disk: SourceDisk, vm: SourceVm, target: StorageTarget | null): Finding[] {
  const remembers = ['persistent', 'independent_persistent'].includes(disk.mode);
  const refused = target === null ? notImported(kindsOf(disk, vm)) : methodOf(disk, vm, target).refused;
  return [
    ...(disk.capacityBytes <= 0 ? [findingOf({ id: 'no-capacity' })] : []),
    ...(disk.shared ? [findingOf({ id: 'shared-disk' })] : []),
    ...(remembers ? [] : [findingOf({ id: 'forgetful-disk', detail: disk.mode })]),
    ...refused.map((kind) => ofKind(kind, disk, target?.method.kind === 'plugin')),
  ];
}

function ofKind(kind: DiskKind, disk: SourceDisk, byPlugin: boolean): Finding {
  const { found, id, remedy } = findingOf(concernOf(kind, disk));
  if (!byPlugin) return { id, found, remedy };
  return {
    id,
    found: `${found}, which its plugin does not support`,
    remedy: `${remedy}, or name ${kind} in offloadPlugin.supports if the plugin does copy it`,
  };
}

function concernOf(kind: DiskKind, { mode, rdm }: SourceDisk): Concern {
  switch (kind) {
    case 'snapshots':
      return { id: 'snapshots' };
    case 'rdm':
      return { id: 'rdm', detail: String(rdm) };
    case 'independent':
      return { id: 'independent', detail: mode };
    case 'encrypted':
      return { id: 'encrypted-disk' };
  }
}

function decrypted(vm: SourceVm, storage: StorageMapping): Finding[] {
  const disks = vm.disks.filter((disk) => {
    const target = targetOf(storage, disk.datastore.moref);
    return disk.encrypted && target !== null && mayImport(methodOf(disk, vm, target).method);
  });
  if (disks.length === 0) return [];
  return [findingOf({ id: 'encrypted-import', detail: disks.map(({ label }) => `"${label}"`).join(', ') })];
}
