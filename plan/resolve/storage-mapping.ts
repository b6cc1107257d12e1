/** The StorageMap against the source's datastores and the target's classes. */
import type { SourceDatastore, SourceDisk, TargetFacts } from '../inventory';
import { groupBy } from '../group-by';
import { errorAt, type Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { flowYaml, mapEntries, withUnlisted } from './map-entries';
import type { DecidedVm } from './decided-disks';
import { manifestAt } from './places';
import { storageTarget, type StorageTargetResult } from './storage-target';
import type { PlannedVm } from './planned-vm';

export interface MappedDatastore {
  /** Place of the entry in `spec.map`. */
  index: number;
  result: StorageTargetResult;
}

/** By the datastore's moref. */
export type StorageMapping = ReadonlyMap<string, MappedDatastore>;

const DATASTORE = { noun: 'datastore', plural: 'datastores', otherwise: 'see `drover inventory datastores`' };

export function mapDatastores(
  set: ManifestSet,
  datastores: readonly SourceDatastore[],
  vms: readonly PlannedVm[],
  target: TargetFacts,
): { mapping: StorageMapping; problems: Problem[] } {
  const onDisks = vms.flatMap(({ vm }) => vm.disks.map(({ datastore }) => datastore));
  const { entries, problems } = mapEntries(set.storageMap, withUnlisted(datastores, onDisks), DATASTORE);
  const mapping = new Map<string, MappedDatastore>();
  for (const [moref, { entry, index }] of entries) {
    mapping.set(moref, { index, result: storageTarget(entry.destination, target) });
  }
  return { mapping, problems };
}

/** One problem per datastore that holds disks of these VMs and is not mapped, or to a target that can't be. */
export function checkDatastores(set: ManifestSet, vms: readonly DecidedVm[]): Problem[] {
  const uses = vms.flatMap(({ vm, disks }) => disks.map((decided) => ({ vm, ...decided })));
  const byDatastore = groupBy(uses, ({ disk }) => disk.datastore.moref);
  return [...byDatastore].flatMap(([moref, [first, ...more]]) => {
    const { mapped } = first;
    if (mapped === null) {
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      const held = `disk "${first.disk.label}" of VM "${first.vm.name}"${others}`;
      const found = `datastore "${first.disk.datastore.name}" (${moref}) is not mapped; it holds ${held}`;
      return [errorAt(manifestAt(set.storageMap, 'spec.map'), found, missingEntry(first.disk.datastore))];
    }
    if (mapped.result.kind === 'target') return [];
    const { field, found, remedy } = mapped.result;
    return [
      errorAt(manifestAt(set.storageMap, `spec.map[${mapped.index}].destination.${field}`), found, remedy),
    ];
  });
}

/** With the entry in YAML, to be filled in. */
function missingEntry({ moref, name }: SourceDisk['datastore']): string {
  const source = flowYaml(moref === name ? { name } : { id: moref });
  return `add an entry for it: {source: ${source}, destination: {storageClass: …}}`;
}
