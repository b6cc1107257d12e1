/** What a migration asks `transferSlots` for, in its own names: a slot for each disk, and one for the conversion. Pure. */
import type { SourceConnection } from '../../activities/interfaces';
import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import { repositoryOf } from '../../plan/image-reference';
import type { Want } from '../transfer-slots/decide';
import {
  needsOfConversion,
  needsOfImport,
  needsOfPluginCopy,
  type CopyPlaces,
} from '../transfer-slots/resources';

export const CONVERSION_SLOT = 'conversion';

/** A provider without URL is the cluster that the worker runs in. */
const OWN_CLUSTER = 'own';

export function diskSlot(diskKey: number): string {
  return `disk-${diskKey}`;
}

/** By how the disk is copied now, and from which host. How long it takes `transferSlots` estimates. */
export function wantOfDisk(vm: FrozenVm, disk: FrozenDisk, { hostUrl }: SourceConnection): Want {
  const places: CopyPlaces = {
    vcenter: vm.vcenterUuid,
    // vCenter has each address once, and keeps it as long as it has the host.
    host: hostUrl.replace(/^https:\/\//, ''),
    datastore: disk.datastoreId ?? disk.datastore,
    cluster: clusterOf(vm),
    storageClass: disk.storageClass,
  };
  const needs =
    disk.method.kind === 'import'
      ? needsOfImport(places)
      : needsOfPluginCopy(places, repositoryOf(disk.method.image));
  return { key: diskSlot(disk.key), needs, seconds: null, bytes: disk.capacityBytes };
}

export function wantOfConversion(vm: FrozenVm): Want {
  return { key: CONVERSION_SLOT, needs: needsOfConversion(clusterOf(vm)), seconds: null };
}

function clusterOf({ target }: FrozenVm): string {
  return target.url === '' ? OWN_CLUSTER : target.url;
}
