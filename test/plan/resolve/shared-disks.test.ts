/** VMs that share a disk: what each is frozen with, what the claim is called, and who starts before whom. */
import { frozenVmSchema, type FrozenVm } from '../../../plan/frozen';
import { sentences, targetInventory } from '../example';
import {
  attacher,
  type Cluster,
  member,
  type Member,
  migratedBefore,
  ownDisk,
  quorum,
  QUORUM,
  resolveCluster,
} from '../shared-disks';

/** By name. */
function freeze(members: readonly Member[], cluster: Cluster = {}): Record<string, FrozenVm> {
  const { problems, vms } = resolveCluster(members, cluster);
  expect(sentences(problems.filter(({ severity }) => severity === 'error'))).toEqual([]);
  for (const vm of vms) expect(frozenVmSchema.parse(vm)).toEqual(vm);
  return Object.fromEntries(vms.map((vm) => [vm.vm.name, vm]));
}

const NODE = (number: number) => ({ moref: `vm-${number}`, name: `node-${number}` });

test('the one that says so copies it, to a volume that several VMs may write; the others attach this volume', () => {
  const {
    'node-51': owner,
    'node-52': second,
    'node-53': third,
  } = freeze([attacher(52), member(51), attacher(53)]);
  const [own, shared] = owner!.disks;
  expect(own?.sharedWith).toBeUndefined();
  expect(shared).toMatchObject({
    index: 1,
    currentPath: QUORUM,
    method: { kind: 'plugin' },
    storageClass: 'fast-block',
    volumeMode: 'Block',
    accessMode: 'ReadWriteMany',
    sharedWith: [NODE(52), NODE(53)],
  });
  expect(owner!.attached).toBeUndefined();

  const { volumeName } = shared!;
  expect(second!.disks).toMatchObject([{ index: 0, key: 2000 }]);
  expect(second!.attached).toMatchObject([
    {
      index: 1,
      key: 2001,
      storageClass: 'fast-block',
      volumeName,
      owner: NODE(51),
      sharedWith: [NODE(51), NODE(53)],
    },
  ]);
  expect(third!.attached).toMatchObject([{ volumeName, sharedWith: [NODE(52), NODE(51)] }]);
});

test('what is mapped to import is imported, and Filesystem is the mode of unshared disks alone', () => {
  const files = { accessModes: ['ReadWriteOnce' as const], volumeMode: 'Filesystem' as const };
  const blocks = { accessModes: ['ReadWriteMany' as const], volumeMode: 'Block' as const };
  const storageClasses = targetInventory().storageClasses.map((one) => ({
    ...one,
    claimPropertySets: [files, blocks],
  }));
  const shared = quorum({ datastore: ownDisk(51).datastore });
  const { 'node-51': owner } = freeze([member(51, { shared }), attacher(52, { shared })], {
    target: { storageClasses },
  });
  expect(owner!.disks).toMatchObject([
    { method: { kind: 'import' }, volumeMode: 'Filesystem', accessMode: 'ReadWriteOnce' },
    { method: { kind: 'import' }, volumeMode: 'Block', accessMode: 'ReadWriteMany' },
  ]);
});

test('places count over all disks of a VM in the order that its guest saw', () => {
  const first = quorum({ unitNumber: 0, key: 2005 });
  const boot = { ...ownDisk(52), unitNumber: 1 };
  const second = attacher(52, { vm: { disks: [first, boot], boot: [{ kind: 'disk', key: boot.key }] } });
  const { 'node-52': vm } = freeze([member(51), second]);
  expect(vm!.attached).toMatchObject([{ index: 0, key: 2005 }]);
  expect(vm!.disks).toMatchObject([{ index: 1, key: boot.key, bootOrder: 1 }]);
});

test('a VM attaches from several others', () => {
  const data = quorum({
    key: 2002,
    label: 'Hard disk 3',
    unitNumber: 2,
    basePath: '[san-1] cluster/data.vmdk',
    currentPath: '[san-1] cluster/data.vmdk',
  });
  const both = attacher(53, { vm: { disks: [ownDisk(53), quorum(), data] } });
  const frozen = freeze([member(51), member(52, { shared: data }), both]);
  expect(frozen['node-53']!.attached?.map(({ owner }) => owner.name)).toEqual(['node-51', 'node-52']);
});

describe('names of claims', () => {
  const TEMPLATE = {
    pvcNameTemplate: '{{.TargetVmName}}-{{.DiskIndex}}',
    pvcNameTemplateUseGenerateName: false,
  };

  test('a template names what a VM copies, and an attached disk has the name of its owner', () => {
    const plan = { ...TEMPLATE, volumeNameTemplate: 'vol-{{.PVCName}}' };
    const { 'node-51': owner, 'node-52': other } = freeze([attacher(52), member(51)], { plan });
    expect(owner!.disks.map(({ volumeName }) => volumeName)).toEqual(['node-51-0', 'node-51-1']);
    expect(other!.disks.map(({ volumeName }) => volumeName)).toEqual(['node-52-0']);
    expect(other!.attached).toMatchObject([{ volumeName: 'node-51-1', deviceName: 'vol-node-51-1' }]);
  });

  test('what a template would make of an attached disk is no fault', () => {
    const plan = {
      ...TEMPLATE,
      pvcNameTemplate: '{{.TargetVmName}}{{if eq .VmId "vm-52"}}{{else}}-{{.DiskIndex}}{{end}}',
    };
    const { 'node-52': other } = freeze([member(51), attacher(52)], { plan });
    expect(other!.disks.map(({ volumeName }) => volumeName)).toEqual(['node-52']);
  });
});

describe('a VM that was migrated before', () => {
  test('as owner: those that attach its disk get its claim', () => {
    const all = [member(51), attacher(52)];
    const { volumeName } = freeze(all)['node-51']!.disks[1]!;
    const { 'node-51': owner, 'node-52': other } = freeze(all, { target: migratedBefore(51) });
    expect(owner).toBeUndefined();
    expect(other!.attached).toMatchObject([{ volumeName, owner: NODE(51) }]);
  });

  const refusal = (all: Member[], target: Cluster['target']) =>
    resolveCluster(all, { target }).problems.filter(({ severity }) => severity === 'error');

  test('as owner by another plan: the claim is not where this plan looks', () => {
    const target = migratedBefore(51, { plan: { namespace: 'mtv', name: 'other' } });
    expect(refusal([member(51), attacher(52)], target)).toMatchObject([
      { found: expect.stringContaining('"node-51" was migrated by another plan, mtv/other') },
    ]);
  });

  test('as one that attaches: its target has a volume that the owner would copy anew', () => {
    expect(refusal([member(51), attacher(52)], migratedBefore(52))).toMatchObject([
      { found: expect.stringContaining('"node-52" was migrated before "node-51", which copies the disk') },
    ]);
  });
});

describe('in a wave', () => {
  const MEMBERS = [attacher(52), member(51), attacher(53)];
  const roles = (members: readonly Member[], wave: object = {}) =>
    resolveCluster(members, { plan: { drover: { wave } } }).entries.map(({ sharing }) => sharing);
  const found = (wave: object) =>
    resolveCluster(MEMBERS, { plan: { drover: { wave } } }).problems.flatMap(({ severity, found: text }) =>
      severity === 'error' ? [text.replace(/^.* before it: /, '')] : [],
    );

  test('those that share disks are told from others, and the one that copies from those that attach', () => {
    const group = 'vm-52';
    expect(roles([...MEMBERS, member(54, { vm: { disks: [ownDisk(54)] } })])).toEqual([
      { group, copies: false },
      { group, copies: true },
      { group, copies: false },
      undefined,
    ]);
  });

  const groups = (...named: [string, number, string[]][]) => ({
    groups: named.map(([name, number, after]) => ({ name, vms: [`node-${number}`], after })),
  });

  test.each<[string, object]>([
    ['nothing is said of the order', {}],
    ['all have one priority', { priorities: [] }],
    ['the owner has a higher priority', { priorities: [{ vm: 'node-51', priority: 9 }] }],
    ['the owner is the canary', { canary: { vms: ['node-51'] } }],
    ['the group of a VM comes after that of the owner', groups(['a', 51, []], ['b', 52, ['a']])],
    [
      'it does, and has a higher priority',
      { ...groups(['a', 51, []], ['b', 52, ['a']]), priorities: [{ vm: 'node-52', priority: 9 }] },
    ],
  ])('the order is sound: %s', (_, wave) => {
    expect(found(wave)).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['priority', { priorities: [{ vm: 'node-52', priority: 9 }] }, 'its priority is higher'],
    ['canaries', { canary: { vms: ['node-52'] } }, 'it is a canary, and the other one is none'],
    ['their number', { canary: { vms: 1 } }, 'it is a canary, and the other one is none'],
  ])('a VM that would start before the owner is refused: by %s', (_, wave, why) => {
    expect(found(wave)).toEqual([why]);
  });

  test('a VM that would start before the owner is refused: by groups', () => {
    expect(found(groups(['a', 51, ['b']], ['b', 52, []]))).toEqual([
      'group a waits for other groups',
      'group a waits for other groups',
    ]);
  });
});

test('more VMs than one page of a wave keeps together are refused', () => {
  const link = (number: number) =>
    quorum({
      shared: false,
      key: 2100 + number,
      unitNumber: 2,
      basePath: `[san-1] cluster/${number}.vmdk`,
      currentPath: `[san-1] cluster/${number}.vmdk`,
    });
  const owners = Array.from({ length: 17 }, (_, index) => 10 + index);
  // Each of the others has a disk of two owners, so that all of them hang together.
  const members = owners.flatMap((number) => [
    member(number, { vm: { disks: [ownDisk(number), link(number), link(number + 1000)] } }),
    ...(number === 26
      ? []
      : [
          attacher(number + 30, { vm: { disks: [ownDisk(number + 30), link(number), link(number + 1001)] } }),
        ]),
  ]);
  expect(members).toHaveLength(33);
  const { problems } = resolveCluster(members);
  expect(problems.filter(({ found }) => found.includes('hang together'))).toMatchObject([
    {
      found: expect.stringMatching(
        /^VMs "node-10", .* and 23 more hang together by the disks that they share, and Drover migrates at most 32 such VMs together$/,
      ),
    },
  ]);
});
