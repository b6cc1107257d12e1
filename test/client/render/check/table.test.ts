import { renderCheckTable } from '../../../../client/render/check/table';
import { manifestSet, inventory, targetInventory } from '../../../plan/example';
import type { ReadNotes, TargetInventory } from '../../../../plan/inventory';
import { resolvePlan } from '../../../../plan/resolve';
import { attacher, member, resolveCluster } from '../../../plan/shared-disks';

function shown(plan: object, target: Partial<TargetInventory> = {}, notes?: ReadNotes): string {
  const source = inventory(notes === undefined ? {} : { surroundings: { notes } });
  const { vms } = resolvePlan(manifestSet({ plan }), source, targetInventory(target));
  expect(vms).toHaveLength(2);
  const nothing = { plan: { namespace: 'mtv', name: 'wave-1' }, problems: [], total: vms.length, next: null };
  return renderCheckTable({ ...nothing, vms });
}

test('every name that a template makes is shown: of claims, disks and cards', () => {
  const table = shown({
    pvcNameTemplate: 'c-{{.TargetVmName}}-{{.DiskIndex}}',
    pvcNameTemplateUseGenerateName: false,
    volumeNameTemplate: 'v-{{.VolumeIndex}}',
    networkNameTemplate: 'n-{{.NetworkIndex}}',
  });
  for (const name of ['c-web01-0', 'c-web01-1', 'c-db01-0', 'c-db01-1', 'v-0', 'v-1', 'n-0'])
    expect(table.split(/\s+/)).toContain(name);
});

test('where no template names disks and cards, their names are not shown', () => {
  expect(shown({})).not.toContain('DISK OR CARD');
});

test('an instance type is shown with what it gives its VM, and only that VM', () => {
  const kind = 'VirtualMachineClusterInstancetype' as const;
  const table = shown(
    { vms: [{ name: 'web01', instanceType: 'u1.medium' }, { id: 'vm-43' }] },
    { instanceTypes: [{ kind, name: 'u1.medium', cpus: 4, memoryBytes: 4 * 1024 ** 3 }] },
  );
  const [, rows = ''] = table.split('INSTANCE TYPE');
  expect(rows).toMatch(/web01 +VirtualMachineClusterInstancetype u1\.medium +4 +4[.0]* GiB/);
  expect(rows).not.toMatch(/db01 +VirtualMachineClusterInstancetype/);
  expect(shown({})).not.toContain('INSTANCE TYPE');
});

test('a preference is shown with the guest id that it is for', () => {
  const preferences = { debian12_64Guest: 'debian' };
  const [, rows = ''] = shown({ drover: { preferences } }, { preferences: [{ name: 'debian' }] }).split(
    'PREFERENCE',
  );
  expect(rows).toMatch(/web01 +debian12_64Guest +debian/);
  expect(shown({})).not.toContain('PREFERENCE');
});

test("each label and annotation of the vCenter's notes is shown, a long one cut", () => {
  const notes: ReadNotes = {
    tags: { 'vm-42': [{ name: 'owner', value: 'red' }] },
    attributes: { 'vm-43': [{ name: 'plan', value: 'x'.repeat(200) }] },
    fault: null,
  };
  const [, rows = ''] = shown({ tagMapping: {} }, {}, notes).split('LABEL OR ANNOTATION');
  expect(rows).toMatch(/web01 +label vsphere\.forklift\.konveyor\.io\/owner +red/);
  expect(rows).toMatch(/db01 +annotation vsphere\.forklift\.konveyor\.io\/plan +x{59}…/);
  expect(shown({}, {}, notes)).not.toContain('LABEL OR ANNOTATION');
});

test('of a shared disk it is shown which VM copies it, and which only attach its volume', () => {
  const { vms } = resolveCluster([member(51), attacher(52)]);
  const nothing = { plan: { namespace: 'mtv', name: 'wave-1' }, problems: [], total: vms.length, next: null };
  const table = renderCheckTable({ ...nothing, vms });
  const { volumeName } = vms[0]!.disks[1]!;
  expect(table).toMatch(
    new RegExp(
      `node-51 .*quorum\\.vmdk .* plugin, for node-52, too +fast-block +Block ReadWriteMany +${volumeName}`,
    ),
  );
  expect(table).toMatch(
    new RegExp(`node-52 .*quorum\\.vmdk .* attached: node-51 copies it +fast-block +- +${volumeName}`),
  );
});
