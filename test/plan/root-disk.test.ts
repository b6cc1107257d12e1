import { resolvePlan } from '../../plan/resolve';
import { readRootDisk } from '../../plan/root-disk';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, inventory, manifestSet, sentences, targetInventory } from './example';

test.each([
  ['/dev/sda', { index: 0 }],
  ['sdz', { index: 25 }],
  ['/dev/vdaa', { index: 26 }],
  ['/dev/sdbl', { index: 63 }],
  ['/dev/sda1', { index: 0, partition: '/dev/sda1' }],
  ['/dev/hdc12', { index: 2, partition: '/dev/sdc12' }],
])('%s is %j', (text, root) => {
  expect(readRootDisk(text)).toEqual(root);
});

test.each([
  '/dev/',
  'sd',
  'sd1',
  '/dev/sda0',
  '/dev/nvme0n1',
  '/dev/sda; reboot',
  '--key',
  '/dev/SDA',
  'sdabc',
])('%s is refused where it stands', (rootDisk) => {
  const { problems } = validateManifests(documents({ plan: { vms: [{ name: 'web01', rootDisk }] } }));
  expect(sentences(problems)).toEqual([
    `Plan/mtv/wave-1: spec.vms[0].rootDisk: is ${JSON.stringify(rootDisk)}; give a disk or a partition as the guest calls it, as /dev/sda or /dev/sdb2`,
  ]);
});

test('a disk that the VM does not have is refused', () => {
  const set = manifestSet({ plan: { vms: [{ name: 'web01', rootDisk: '/dev/sdc' }] } });
  const { problems, vms } = resolvePlan(set, inventory(), targetInventory());
  expect(vms).toEqual([]);
  expect(sentences(problems)).toEqual([
    'Plan/mtv/wave-1: spec.vms[0].rootDisk: is /dev/sdc, which would be disk 3 of VM "web01", which has 2 disks; name one of its disks, the first as /dev/sda',
  ]);
});

test("the root disk is the one that a template's .RootDiskIndex means, whatever the source says", () => {
  const vms = [{ name: 'web01', rootDisk: '/dev/sdb' }];
  const pvcNameTemplate = '{{if eq .DiskIndex .RootDiskIndex}}root{{else}}data{{end}}-{{.DiskIndex}}';
  const set = manifestSet({ plan: { vms, pvcNameTemplate, pvcNameTemplateUseGenerateName: false } });
  const resolved = resolvePlan(set, inventory(), targetInventory());
  expect(resolved.vms[0]?.disks.map(({ volumeName }) => volumeName)).toEqual(['data-0', 'root-1']);
});
