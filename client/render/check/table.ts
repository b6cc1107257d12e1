/** What `drover plan check` shows on a terminal: where each disk goes, which images run, and what is done already. */
import { cut, listSome } from '../../../plan/cut';
import type { CopyMethod, FrozenDisk, FrozenVm, MigratedVm } from '../../../plan/frozen';
import { planName } from '../../../plan/workflow-ids';
import type { CheckResult } from '../../../workflows/temporal-api';
import { formatBytes, formatTime } from '../format';
import { renderGuestNetwork } from '../guest-network';
import { renderTable } from '../table';
import { renderWaveOrder } from '../wave-order';

export function renderCheckTable(result: CheckResult): string {
  const { vms, migrated = [] } = result;
  return (
    describe(vms) +
    describeDevices(vms) +
    describeInstanceTypes(vms) +
    describePreferences(vms) +
    describeNotes(vms) +
    renderGuestNetwork(vms) +
    describeImages(vms) +
    describeMigrated(migrated) +
    renderWaveOrder(result)
  );
}

/** Characters of an annotation's value that the table shows; JSON has the whole. */
const LONGEST_VALUE = 60;

/** Of the VMs that attach one volume. */
const MOST_SHOWN = 3;

const HEAD = ['VM', 'TARGET', 'DISK', 'SIZE', 'METHOD', 'CLASS', 'MODES', 'VOLUME'];

function describe(vms: readonly FrozenVm[]): string {
  if (vms.length === 0) return '';
  return renderTable(
    HEAD,
    vms.flatMap((vm) =>
      disksOf(vm).map(({ disk, how, modes }) => [
        vm.vm.name,
        `${vm.namespace}/${vm.targetName}`,
        disk.basePath,
        formatBytes(disk.capacityBytes),
        how,
        disk.storageClass,
        modes,
        disk.volumeName,
      ]),
    ),
  );
}

/** Those that its migration copies, and those that another one's does, in the order of the guest. */
function disksOf({ disks, attached = [] }: FrozenVm) {
  const copied = disks.map((disk) => ({
    disk,
    how: `${describeMethod(disk.method)}${describeShared(disk)}`,
    modes: `${disk.volumeMode} ${disk.accessMode}`,
  }));
  const others = attached.map((disk) => ({
    disk,
    how: `attached: ${disk.owner.name} copies it`,
    modes: '-',
  }));
  return [...copied, ...others].sort((one, other) => one.disk.index - other.disk.index);
}

/** Names that the plan's templates make for disks and cards of VirtualMachines; those of claims are in the table of disks. */
function describeDevices(vms: readonly FrozenVm[]): string {
  const rows = vms.flatMap(({ vm, disks, attached = [], nics }) => [
    ...[...disks, ...attached].map(({ basePath, deviceName }) => [vm.name, basePath, deviceName]),
    ...nics.map(({ macAddress, deviceName }) => [vm.name, macAddress, deviceName]),
  ]);
  const named = rows.filter((row): row is string[] => row[2] !== undefined);
  return named.length === 0 ? '' : `\n${renderTable(['VM', 'DISK OR CARD', 'NAME'], named)}`;
}

/** What VMs get of the instance types that the plan names; empty where it names none. */
function describeInstanceTypes(vms: readonly FrozenVm[]): string {
  const rows = vms.flatMap(({ vm, instanceType }) => {
    if (instanceType === undefined) return [];
    const { cpus, kind, memoryBytes, name } = instanceType;
    return [[vm.name, `${kind} ${name}`, String(cpus), formatBytes(memoryBytes)]];
  });
  return rows.length === 0 ? '' : `\n${renderTable(['VM', 'INSTANCE TYPE', 'CPUS', 'MEMORY'], rows)}`;
}

/** Which preference VMs get, and for which guest id; empty where none gets one. */
function describePreferences(vms: readonly FrozenVm[]): string {
  const rows = vms.flatMap(({ vm, hardware, preference }) =>
    preference === undefined ? [] : [[vm.name, hardware.guestId, preference]],
  );
  return rows.length === 0 ? '' : `\n${renderTable(['VM', 'GUEST ID', 'PREFERENCE'], rows)}`;
}

/** What VirtualMachines get of the vCenter's tags and attributes; empty where the plan does not want them. */
function describeNotes(vms: readonly FrozenVm[]): string {
  const rows = vms.flatMap(({ vm, sourceNotes }) => [
    ...Object.entries(sourceNotes?.labels ?? {}).map(([key, value]) => [vm.name, `label ${key}`, value]),
    ...Object.entries(sourceNotes?.annotations ?? {}).map(([key, value]) => [
      vm.name,
      `annotation ${key}`,
      cut(value, LONGEST_VALUE),
    ]),
  ]);
  return rows.length === 0 ? '' : `\n${renderTable(['VM', 'LABEL OR ANNOTATION', 'VALUE'], rows)}`;
}

/** VMs that were migrated before: a run leaves them alone. */
function describeMigrated(migrated: readonly MigratedVm[]): string {
  if (migrated.length === 0) return '';
  const rows = migrated.map(({ vm, target, at, plan, targetStands }) => [
    vm.name,
    `${target.namespace}/${target.name}${targetStands ? '' : ' (gone)'}`,
    at === null ? '-' : formatTime(at),
    planName(plan),
  ]);
  return `\nAlready migrated, and left alone by a run:\n${renderTable(['VM', 'TARGET', 'MIGRATED', 'BY PLAN'], rows)}`;
}

/** The image that runs for each image that the plan names; empty where the plan names none. */
function describeImages(vms: readonly FrozenVm[]): string {
  const runs = new Map<string, string>();
  for (const { method } of vms.flatMap(({ disks }) => disks)) {
    if (method.kind === 'plugin') runs.set(method.image, method.pinnedImage ?? 'not checked: its tag');
  }
  return runs.size === 0 ? '' : `\n${renderTable(['IMAGE', 'RUNS'], [...runs])}`;
}

/** VMs whose targets attach the volume; empty where no other VM has the disk. */
function describeShared({ sharedWith = [] }: FrozenDisk): string {
  const names = sharedWith.map(({ name }) => name);
  return names.length === 0 ? '' : `, for ${listSome(names, MOST_SHOWN)}, too`;
}

/** How a disk is copied, and what happens if its plugin fails or can't copy it. */
export function describeMethod(method: CopyMethod): string {
  switch (method.kind) {
    case 'plugin':
      return method.fallback === 'import' ? 'plugin, else import' : 'plugin';
    case 'import':
      return method.insteadOf === undefined ? 'import' : `import: ${method.insteadOf.why}`;
  }
}
