/** The StorageMap against the source's datastores and the target's classes. */
import type { SourceDatastore, TargetInventory } from '../inventory';
import type { Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { mapEntries, withUnlisted } from './map-entries';
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
  target: TargetInventory,
): { mapping: StorageMapping; problems: Problem[] } {
  const onDisks = vms.flatMap(({ vm }) => vm.disks.map(({ datastore }) => datastore));
  const { entries, problems } = mapEntries(set.storageMap, withUnlisted(datastores, onDisks), DATASTORE);
  const mapping = new Map<string, MappedDatastore>();
  for (const [moref, { entry, index }] of entries) {
    mapping.set(moref, { index, result: storageTarget(entry.destination, target) });
  }
  return { mapping, problems };
}
