/** Which VMs of the vCenter have a shared disk, whether a plan names them or not. */
import { type DiskFile, filesOf } from '../../plan/disk-files';
import { groupBy } from '../../plan/group-by';
import { type DiskUser, powerStateSchema, type SourceVm } from '../../plan/inventory';
import { decodeName } from '../../plan/vcenter-names';
import { readSurviving } from './inventory';
import { type ManagedObject, readEverywhere } from './property-collector';
import type { Vim } from './session';
import { foreignFilesOf } from './source-disk';
import { child, list, managedRef, type ManagedRef, text } from './vim-value';

/** VMs whose devices are read in one question: the devices of a VM take some ten kilobytes. */
const VMS_AT_ONCE = 200;

/**
 * All users of the disks of these VMs that may have several writers, by each file of the disk. It looks at the VMs of these
 * disks' datastores alone, and at none where no disk is shared. A VM that vCenter does not let us read is not among them.
 */
export async function readDiskUsers(
  vim: Vim,
  vms: readonly SourceVm[],
): Promise<ReadonlyMap<string, readonly DiskUser[]>> {
  const shared = vms.flatMap(({ disks }) => disks.filter((disk) => disk.shared));
  const wanted = new Set(shared.flatMap(filesOf).map(({ file }) => file));
  const uses: { file: string; user: DiskUser }[] = [];
  const candidates = await vmsOn(vim, new Set(shared.map(({ datastore }) => datastore.moref)));
  for (let begin = 0; begin < candidates.length; begin += VMS_AT_ONCE) {
    const some = candidates.slice(begin, begin + VMS_AT_ONCE);
    for (const vm of await readSurviving(vim, some, ['name', 'config.hardware.device', 'runtime.powerState']))
      for (const { file, isWritten } of filesOfVm(vm))
        if (wanted.has(file)) uses.push({ file, user: { ...userOf(vm), writes: isWritten } });
  }
  const grouped = groupBy(uses, ({ file }) => file);
  return new Map([...grouped].map(([file, those]) => [file, those.map(({ user }) => user)]));
}

/** VMs that use one of these datastores. */
async function vmsOn(vim: Vim, datastores: ReadonlySet<string>): Promise<ManagedRef[]> {
  if (datastores.size === 0) return [];
  const all = await readEverywhere(vim, { VirtualMachine: ['datastore'] });
  return all
    .filter((vm) => datastoresUsedBy(vm).some((moref) => datastores.has(moref)))
    .map(({ ref }) => ref);
}

function datastoresUsedBy({ props }: ManagedObject): string[] {
  const refs = list(child(props.get('datastore'), 'ManagedObjectReference'));
  return refs.flatMap((node) => managedRef(node)?.value ?? []);
}

function filesOfVm({ props }: ManagedObject): DiskFile[] {
  return foreignFilesOf(list(child(props.get('config.hardware.device'), 'VirtualDevice')));
}

function userOf({ ref, props }: ManagedObject): Omit<DiskUser, 'writes'> {
  return {
    moref: ref.value,
    name: decodeName(text(props.get('name')) ?? '') || ref.value,
    powerState: powerStateSchema.safeParse(text(props.get('runtime.powerState'))).data ?? null,
  };
}
