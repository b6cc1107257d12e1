/** What about one VM itself stands in the way of its migration. */
import { MOST_DISKS } from '../field-limits';
import { type DiskKind, kindsOf, notImported } from '../disk-kinds';
import type { SourceDisk, SourceVm, TargetFacts } from '../inventory';
import { errorAt, type Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { methodOf } from './disk-method';
import type { NetworkMapping } from './network-mapping';
import { entryAt } from './places';
import type { PlannedVm } from './planned-vm';
import { targetOf, type StorageMapping } from './storage-mapping';
import type { StorageTarget } from './storage-target';

type Obstacle = Pick<Problem, 'found' | 'remedy'>;

export interface Mappings {
  storage: StorageMapping;
  networks: NetworkMapping;
}

export function checkVm(
  set: ManifestSet,
  planned: PlannedVm,
  mappings: Mappings,
  target: TargetFacts,
): Problem[] {
  const { chosen, vm } = planned;
  const at = entryAt(set, chosen.index);
  const obstacles = [
    ...machineObstacles(vm),
    ...vm.disks.flatMap((disk) =>
      diskObstacles(disk, vm, targetOf(mappings.storage, disk.datastore.moref)).map(({ found, remedy }) => ({
        found: `disk "${disk.label}" (${disk.currentPath}) ${found}`,
        remedy,
      })),
    ),
    ...networkObstacles(vm, mappings.networks),
  ].map(({ found, remedy }) => errorAt(at, `VM "${vm.name}": ${found}`, remedy));
  if (!target.takenVmNames.includes(chosen.targetName)) return obstacles;
  const found = `namespace ${set.plan.spec.targetNamespace} has a VirtualMachine "${chosen.targetName}" already`;
  return [...obstacles, errorAt(entryAt(set, chosen.index, 'targetName'), found, 'give another targetName')];
}

function machineObstacles(vm: SourceVm): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (vm.isTemplate)
    obstacles.push({ found: 'it is a template', remedy: 'deploy a VM from it, and migrate that' });
  if (vm.power.state === 'suspended') {
    obstacles.push({
      found: 'it is suspended',
      remedy: 'resume it, or shut it down: its memory would be lost',
    });
  }
  if (vm.disks.length === 0) obstacles.push({ found: 'it has no disk', remedy: 'remove it from the plan' });
  if (vm.disks.length > MOST_DISKS) {
    const found = `it has ${vm.disks.length} disks`;
    obstacles.push({ found, remedy: `migrate it by other means: Drover takes at most ${MOST_DISKS}` });
  }
  return obstacles;
}

/** `target` is null where the datastore is not mapped, which is reported on its own. */
function diskObstacles(disk: SourceDisk, vm: SourceVm, target: StorageTarget | null): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (disk.capacityBytes <= 0) obstacles.push({ found: 'has no capacity', remedy: 'remove it from the VM' });
  if (disk.shared) {
    obstacles.push({
      found: 'is shared between VMs: another may write to it while it is copied',
      remedy: 'end the sharing, or migrate it by hand',
    });
  }
  if (disk.mode !== 'persistent' && disk.mode !== 'independent_persistent')
    obstacles.push({ found: `is in mode ${disk.mode}`, remedy: DEPENDENT });
  const refused = target === null ? notImported(kindsOf(disk, vm)) : methodOf(disk, vm, target).refused;
  return [...obstacles, ...refused.map((kind) => kindObstacle(kind, disk, target?.method.kind === 'plugin'))];
}

const DEPENDENT = 'set it to dependent and persistent';

function kindObstacle(kind: DiskKind, disk: SourceDisk, byPlugin: boolean): Obstacle {
  const { found, remedy } = describeKind(kind, disk);
  if (!byPlugin) return { found, remedy };
  return {
    found: `${found}, which its plugin does not support`,
    remedy: `${remedy}, or name ${kind} in offloadPlugin.supports if the plugin does copy it`,
  };
}

function describeKind(kind: DiskKind, { mode, rdm }: SourceDisk): Obstacle {
  switch (kind) {
    case 'snapshots': {
      const remedy = 'remove the snapshots of the VM, have it imported (offloadPlugin.fallback: import)';
      return { found: 'is a chain of snapshots', remedy };
    }
    case 'rdm':
      return {
        found: `is a raw device mapping (${rdm})`,
        remedy: 'detach it, or turn it into a virtual disk',
      };
    case 'independent':
      return { found: `is in mode ${mode}`, remedy: DEPENDENT };
  }
}

function networkObstacles(vm: SourceVm, mapping: NetworkMapping): Obstacle[] {
  const onPod = vm.nics.filter((nic) => mapping.get(nic.network.moref)?.network?.kind === 'pod');
  if (onPod.length < 2) return [];
  const labels = onPod.map((nic) => `"${nic.label}"`).join(' and ');
  const remedy = 'map all but one of their networks to multus or ignored';
  return [{ found: `${labels} would share the Pod network, which takes one card`, remedy }];
}
