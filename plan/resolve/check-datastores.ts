/** Datastores of a plan's disks that the StorageMap does not send anywhere. */
import { groupBy } from '../group-by';
import type { SourceDisk } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import type { DecidedVm } from './decided-disks';
import { flowYaml } from './map-entries';
import { manifestAt } from './places';

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
