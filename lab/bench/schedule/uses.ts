/** What the jobs of an estate use, and how much of it there is: for those that don't know Drover's core. */
import type { ResourceKind } from '../../../workflows/transfer-slots/resources';
import type { EstateDisk } from './estate';
import type { Job } from './jobs';

/** How many may use each resource of a kind at once. */
export type KindLimits = Record<ResourceKind, number>;

export interface Use {
  kind: ResourceKind;
  /** Unlike that of any other. */
  name: string;
}

export function usesOf({ vm, disk }: Job): Use[] {
  return disk === null ? [{ kind: 'conversions', name: 'conversions' }] : diskUses(vm.disks[disk]!);
}

function diskUses({ vcenter, host, datastore, storageClass, array }: EstateDisk): Use[] {
  const everyDisk: Use[] = [
    { kind: 'datastore', name: `${vcenter} ${datastore}` },
    { kind: 'storage-class', name: `class ${storageClass}` },
  ];
  if (array !== null) return [...everyDisk, { kind: 'plugin', name: array }];
  return [...everyDisk, { kind: 'host', name: `${vcenter} ${host}` }, { kind: 'vcenter', name: vcenter }];
}
