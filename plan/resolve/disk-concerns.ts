/** What is wrong with the disks of a VM, also for the copiers by which they would go. */
import type { Concern } from '../concerns';
import { type DiskKind, remembers } from '../disk-kinds';
import { MOST_DISKS } from '../field-limits';
import { mayImport } from '../frozen';
import type { SourceDisk } from '../inventory';
import type { DecidedDisk, DecidedVm } from './decided-disks';
import { type Finding, findingOf } from './finding';

export function diskConcerns({ disks }: DecidedVm): Finding[] {
  const count = disks.length;
  return [
    ...(count === 0 ? [findingOf({ id: 'no-disk' })] : []),
    ...(count > MOST_DISKS ? [findingOf({ id: 'too-many-disks', detail: String(count) })] : []),
    ...disks.flatMap((decided) =>
      ofDisk(decided).map((each) => ({
        ...each,
        found: `disk "${decided.disk.label}" (${decided.disk.currentPath}) ${each.found}`,
      })),
    ),
    ...decrypted(disks),
  ];
}

function ofDisk({ disk, target, refused }: DecidedDisk): Finding[] {
  return [
    ...(disk.capacityBytes <= 0 ? [findingOf({ id: 'no-capacity' })] : []),
    ...(disk.shared ? [findingOf({ id: 'shared-disk' })] : []),
    ...(remembers(disk) ? [] : [findingOf({ id: 'forgetful-disk', detail: disk.mode })]),
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

function decrypted(disks: readonly DecidedDisk[]): Finding[] {
  const found = disks.filter(({ disk, method }) => disk.encrypted && method !== null && mayImport(method));
  if (found.length === 0) return [];
  const labels = found.map(({ disk }) => `"${disk.label}"`);
  return [findingOf({ id: 'encrypted-import', detail: labels.join(', ') })];
}
