/** A frozen VM with other settings is what a plan with these settings would have given, or is refused. */
import { changeVm, type ChangeWorld, keptChanges } from '../../../plan/changes/change-vm';
import type { Changes } from '../../../plan/changes/keys';
import { readChanges } from '../../../plan/changes/read-changes';
import { frozenVmSchema, type FrozenVm } from '../../../plan/frozen';
import { formatProblem } from '../../../plan/problem';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';

const MIB = 2 ** 20;
const IMAGE = 'registry.example.com/vendor/offload:2';
const PINNED = `registry.example.com/vendor/offload@sha256:${'0'.repeat(64)}`;

const WORLD: ChangeWorld = {
  storageClasses: [
    {
      name: 'files',
      isDefault: false,
      provisioner: 'csi.example.com',
      bindingMode: 'Immediate',
      claimPropertySets: [{ accessModes: ['ReadWriteMany'], volumeMode: 'Filesystem' }],
    },
    {
      name: 'bare',
      isDefault: false,
      provisioner: 'csi.example.com',
      bindingMode: 'Immediate',
      claimPropertySets: [],
    },
  ],
  filesystemOverhead: { global: 0.5 },
  images: {
    images: [{ image: IMAGE, pullSecret: null, fact: { kind: 'found', pinned: PINNED, platforms: null } }],
    nodePlatforms: [],
    authorityFault: null,
  },
  unimportable: new Map([[2001, ['rdm']]]),
};

function change(vm: FrozenVm, changes: Changes, world = WORLD) {
  const read = readChanges(changes);
  expect(read.problems).toEqual([]);
  const changed = changeVm(vm, read.changes, world);
  return {
    vm: changed.vm,
    problems: changed.problems.map(formatProblem),
    kept: keptChanges(vm, changed.vm, read.changes),
  };
}

test('another class brings its modes and the size that they need; the other disk stays as it is', () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] });
  const changed = change(vm, { 'disk.0.storageClass': 'files' });
  expect(changed.problems).toEqual([]);
  expect(changed.vm.disks[0]).toMatchObject({
    storageClass: 'files',
    volumeMode: 'Filesystem',
    accessMode: 'ReadWriteMany',
    requestBytes: 16 * MIB,
  });
  expect(changed.vm.disks[1]).toEqual(vm.disks[1]);
  expect(changed.kept).toEqual([{ key: 'disk.0.storageClass', before: 'fast-block', after: 'files' }]);
});

describe('of a disk that other VMs have, too', () => {
  const { disks, ...others } = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] });
  const vm = {
    ...others,
    disks: disks.map((disk) => ({ ...disk, sharedWith: [{ moref: 'vm-77', name: 'node-77' }] })),
  };

  test('the volume stays one that several VMs may write', () => {
    expect(change(vm, { 'disk.0.storageClass': 'files' }).problems).toEqual([
      'disk.0: other VMs attach its volume, which must be of mode Block and ReadWriteMany; name a class that offers this, or give disk.N.volumeMode and disk.N.accessMode, too',
    ]);
    const modes = { 'disk.0.volumeMode': 'Block', 'disk.0.accessMode': 'ReadWriteMany' };
    expect(change(vm, { 'disk.0.storageClass': 'bare', ...modes }).vm.disks[0]).toMatchObject({
      storageClass: 'bare',
      volumeMode: 'Block',
      accessMode: 'ReadWriteMany',
    });
  });

  test('the VM that only attaches it changes nothing of it', () => {
    const [own, shared] = vm.disks;
    const attached = { ...shared!, owner: { moref: 'vm-77', name: 'node-77' } };
    const other = { ...vm, disks: [own!], attached: [attached] };
    expect(change(other, { 'disk.1.storageClass': 'files' }).problems).toEqual([
      `disk.1.storageClass: the migration of node-77 copies disk 1, and ${vm.vm.name} attaches its volume; change it there`,
    ]);
  });

  test('disks that a VM attaches count among its disks', () => {
    const [own, shared] = vm.disks;
    const attached = {
      ...own!,
      ...{ sharedWith: shared!.sharedWith!, owner: { moref: 'vm-77', name: 'node-77' } },
    };
    const other = { ...vm, disks: [shared!], attached: [attached] };
    expect(change(other, { 'disk.2.storageClass': 'files' }).problems).toEqual([
      `disk.2.storageClass: ${vm.vm.name} has no disk 2; give a number from 0 to 1`,
    ]);
  });
});

test('a class whose profile says nothing needs both modes, as in a map', () => {
  const vm = frozenVm();
  expect(change(vm, { 'disk.0.storageClass': 'bare' }).problems).toEqual([
    'disk.0.volumeMode: the StorageProfile of class "bare" names no modes to write with; give both volumeMode and accessMode',
  ]);
  const modes = { 'disk.0.volumeMode': 'Block', 'disk.0.accessMode': 'ReadWriteOnce' };
  expect(change(vm, { 'disk.0.storageClass': 'bare', ...modes }).vm.disks[0]).toMatchObject({
    storageClass: 'bare',
    volumeMode: 'Block',
    requestBytes: 8 * MIB,
  });
});

test('another image runs by the digest that its registry named, with other variables', () => {
  const former = { pinnedImage: `${PINNED.slice(0, -1)}1` };
  const vm = frozenVm({ methods: [{ ...BY_PLUGIN, ...former }] });
  const { problems, vm: changed } = change(vm, { 'disk.0.image': IMAGE, 'disk.0.vars.POOL': 'gold' });
  expect(problems).toEqual([]);
  expect(changed.disks[0]?.method).toEqual({
    kind: 'plugin',
    image: IMAGE,
    pinnedImage: PINNED,
    vars: { ARRAY: 'a-1', POOL: 'gold' },
  });
});

test.each<[string, Changes, RegExp]>([
  [
    'a class that the target has not',
    { 'disk.0.storageClass': 'file' },
    /no storage class "file"; did you mean "files"/,
  ],
  [
    'a disk that there is not',
    { 'disk.7.storageClass': 'files' },
    /has no disk 7; give a number from 0 to 2/,
  ],
  ['a plugin for a disk that is imported', { 'disk.2.image': IMAGE }, /disk 2 is imported, by no plugin/],
  [
    'a plugin for a disk that is to be imported',
    { 'disk.0.fallback': 'import', 'disk.0.vars.A': 'b' },
    /by no plugin/,
  ],
  [
    'an import of a disk that none copies right',
    { 'disk.1.fallback': 'import' },
    /no import copies a disk right that is rdm/,
  ],
  ['an import of a disk that is imported', { 'disk.2.fallback': 'import' }, /imported already/],
  ['a variable that Drover itself sets', { 'disk.0.vars.COPY_ID': 'x' }, /the variable COPY_ID is reserved/],
  ['a variable whose name is none', { 'disk.0.vars.a-b': 'x' }, /no name of an environment variable/],
])('%s is refused', (_, changes, problem) => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN, BY_IMPORT] });
  expect(change(vm, changes).problems).toEqual([expect.stringMatching(problem)]);
});

test.each([
  [{ kind: 'missing' as const }, /has no image/],
  [
    { kind: 'notAllowed' as const, allowed: ['registry.example.com/other/*'] },
    /none that the worker may run/,
  ],
  [{ kind: 'unreachable' as const, why: 'connection refused' }, /connection refused/],
])('an image of which the registry says %j is refused', (fact, problem) => {
  const images = { ...WORLD.images, images: [{ image: IMAGE, pullSecret: null, fact }] };
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const changed = change(vm, { 'disk.0.image': IMAGE }, { ...WORLD, images });
  expect(changed.problems).toEqual([expect.stringMatching(problem)]);
});

test('an image that nobody can look at runs where the plan allows that', () => {
  const fact = { kind: 'unreachable' as const, why: 'connection refused' };
  const images = { ...WORLD.images, images: [{ image: IMAGE, pullSecret: null, fact }] };
  const vm = frozenVm({ methods: [BY_PLUGIN], policy: { onUncheckedImage: 'warn' } });
  expect(change(vm, { 'disk.0.image': IMAGE }, { ...WORLD, images }).problems).toEqual([]);
});

test('settings of the VM are written where the plan would have them, and nothing else is', () => {
  const vm = frozenVm();
  const { vm: changed, kept } = change(vm, {
    conversionTempStorageSize: '8Mi',
    copyDeadline: '48h',
    stallDeadline: '1h',
    onUnconvertible: 'startUnconverted',
    'verify.by': 'port',
    'verify.port': '3389',
    parkDeadline: '30d',
  });
  expect(changed).toEqual({
    ...vm,
    conversion: { ...vm.conversion, scratch: { storageClass: 'fast-files', requestBytes: 16 * MIB } },
    policy: {
      ...vm.policy,
      copyDeadlineSeconds: 172_800,
      stallDeadlineSeconds: 3_600,
      onUnconvertible: 'startUnconverted',
      verify: { by: 'port', port: 3_389, timeoutSeconds: 600 },
      parkDeadlineSeconds: 2_592_000,
    },
  });
  expect(kept).toContainEqual({ key: 'copyDeadline', before: '600s', after: '172800s' });
  expect(kept).toContainEqual({ key: 'verify.by', before: 'none', after: 'port' });
  expect(frozenVmSchema.parse(changed)).toEqual(changed);
});

test('a proof keeps what a change leaves out of it', () => {
  const vm = frozenVm({ policy: { verify: { by: 'console', pattern: 'ready', timeoutSeconds: 60 } } });
  expect(change(vm, { 'verify.timeout': '5m' }).vm.policy.verify).toEqual({
    by: 'console',
    pattern: 'ready',
    timeoutSeconds: 300,
  });
});

const CARD = {
  key: 4000,
  macAddress: '00:50:56:00:00:01',
  connected: true,
  sourceNetwork: 'backend',
  network: { kind: 'multus' as const, namespace: 'migrated', name: 'backend' },
};

test('a target can be proven by its network only where an address of its source is known', () => {
  const guest = { addresses: [{ address: '192.0.2.10', prefix: 24 }], gateways: [], nameServers: [] };
  const byNetwork = (card: object) =>
    change({ ...frozenVm(), nics: [{ ...CARD, ...card }] }, { 'verify.by': 'network' });
  const proven = byNetwork({ guest });
  expect(proven.problems).toEqual([]);
  expect(proven.vm.policy.verify).toEqual({ by: 'network', timeoutSeconds: 600 });
  expect(byNetwork({}).problems).toEqual([
    'verify.by: no card has an address that the target can be proven by; give agent, console, port or none',
  ]);
});

test('a conversion can be skipped', () => {
  const changed = change(frozenVm(), { conversion: 'skip' });
  expect(changed.vm.conversion).toBeNull();
  expect(changed.kept).toEqual([{ key: 'conversion', before: 'run', after: 'skip' }]);
});
