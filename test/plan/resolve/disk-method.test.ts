/** Disks that not every copier can copy, under maps that say what their plugin can. */
import { frozenVmSchema } from '../../../plan/frozen';
import type { SourceDisk, SourceVm } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { inventory, manifestSet, sanDisk, sentences, sourceVm, targetInventory } from '../example';

const IMAGE = 'registry.example.com/offload:1';
const CHAINED = { currentPath: '[san-1] web01/web01_1-000001.vmdk' };
const INDEPENDENT = { mode: 'independent_persistent' };
const RDM = { rdm: 'physicalMode' as const };

function resolveWith(offloadPlugin: object, disk: Partial<SourceDisk>, vm: Partial<SourceVm> = {}) {
  const destination = { storageClass: 'fast-block', offloadPlugin: { image: IMAGE, ...offloadPlugin } };
  const set = manifestSet({
    plan: { vms: [{ name: 'web01' }] },
    storageMap: { map: [{ source: { name: 'san-1' }, destination }] },
  });
  const source = inventory({ vms: [sourceVm({ ...vm, disks: [sanDisk(disk)] })] });
  const { problems, vms } = resolvePlan(set, source, targetInventory());
  return { problems: sentences(problems), vm: vms[0] };
}

function methodUnder(offloadPlugin: object, disk: Partial<SourceDisk>, vm: Partial<SourceVm> = {}) {
  const resolved = resolveWith(offloadPlugin, disk, vm);
  expect(resolved.problems).toEqual([]);
  expect(frozenVmSchema.parse(resolved.vm)).toEqual(resolved.vm);
  return resolved.vm?.disks[0]?.method;
}

test.each([
  ['a chain of snapshots', ['snapshots'], CHAINED],
  ['a raw device', ['rdm'], RDM],
  ['an independent disk', ['independent'], INDEPENDENT],
  ['a disk of two kinds', ['rdm', 'independent'], { ...RDM, ...INDEPENDENT }],
])('%s goes to a plugin that supports it', (_, supports, disk) => {
  expect(methodUnder({ supports }, disk)).toMatchObject({ kind: 'plugin', image: IMAGE });
});

test('a plugin gets both ends of a chain that it supports', () => {
  const { vm } = resolveWith({ supports: ['snapshots'] }, CHAINED, { hasSnapshot: true });
  expect(vm?.disks[0]).toMatchObject({
    basePath: '[san-1] web01/web01_1.vmdk',
    currentPath: '[san-1] web01/web01_1-000001.vmdk',
  });
});

test('a chain that the plugin does not support is imported where the map says so, and the plan says why', () => {
  expect(methodUnder({ fallback: 'import' }, CHAINED)).toEqual({
    kind: 'import',
    insteadOf: { image: IMAGE, why: 'its plugin does not support snapshots' },
  });
});

test('without a word in the map a disk has no fallback, and the plugin has the target', () => {
  expect(methodUnder({}, {})).toEqual({
    kind: 'plugin',
    image: IMAGE,
    vars: {},
    fallback: 'none',
    attachTarget: true,
  });
});

test('what only the plugin copies right has no fallback, whatever the map says', () => {
  const word = { supports: ['rdm'], fallback: 'import' };
  expect(methodUnder(word, {})).toMatchObject({ kind: 'plugin', fallback: 'import' });
  expect(methodUnder(word, RDM)).toMatchObject({ kind: 'plugin', fallback: 'none' });
});

test('a snapshot of the VM says nothing of its independent disks', () => {
  const word = { supports: ['independent'] };
  expect(methodUnder(word, INDEPENDENT, { hasSnapshot: true })).toMatchObject({ kind: 'plugin' });
});

const AT = 'Plan/mtv/wave-1: spec.vms[0]: VM "web01": disk "Hard disk 2"';

test.each([
  [
    'a raw device',
    {},
    RDM,
    '([san-1] web01/web01_1.vmdk) is a raw device mapping (physicalMode), which its plugin does not support; detach it, or turn it into a virtual disk, or name rdm in offloadPlugin.supports if the plugin does copy it',
  ],
  [
    'a raw device, which an import can not copy either',
    { fallback: 'import' },
    RDM,
    '([san-1] web01/web01_1.vmdk) is a raw device mapping (physicalMode), which its plugin does not support; detach it, or turn it into a virtual disk, or name rdm in offloadPlugin.supports if the plugin does copy it',
  ],
  [
    'an independent disk',
    { supports: ['snapshots'] },
    INDEPENDENT,
    '([san-1] web01/web01_1.vmdk) is in mode independent_persistent, which its plugin does not support; set it to dependent and persistent, or name independent in offloadPlugin.supports if the plugin does copy it',
  ],
  [
    'a disk that forgets, whatever its plugin supports',
    { supports: ['independent'] },
    { mode: 'independent_nonpersistent' },
    '([san-1] web01/web01_1.vmdk) is in mode independent_nonpersistent; set it to dependent and persistent',
  ],
  [
    'a shared disk, whatever its plugin supports',
    { supports: ['snapshots', 'rdm', 'independent'], fallback: 'import' },
    { shared: true },
    "([san-1] web01/web01_1.vmdk) is shared between VMs; vCenter shows no other VM that has it; if others have it, let the Provider's login read them; or detach it from all of them but one and end its sharing (multi-writer, or its controller's bus sharing)",
  ],
])('%s is refused', (_, offloadPlugin, disk, sentence) => {
  expect(resolveWith(offloadPlugin, disk).problems).toEqual([`${AT} ${sentence}`]);
});
