import { renderCheckTable } from '../../../../client/render/check/table';
import { manifestSet, inventory, targetInventory } from '../../../plan/example';
import { resolvePlan } from '../../../../plan/resolve';

function shown(plan: object): string {
  const { vms } = resolvePlan(manifestSet({ plan }), inventory(), targetInventory());
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
