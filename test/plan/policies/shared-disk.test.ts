/** A disk that several VMs have: who they are, and why it is refused where it is. */
import { filesOf } from '../../../plan/disk-files';
import type { DiskUser, SourceDisk } from '../../../plan/inventory';
import { attacher, member, OFF, ownDisk, QUORUM, quorum, resolveCluster } from '../shared-disks';

/** What the policy says of these VMs. */
const said = (...cluster: Parameters<typeof resolveCluster>) =>
  resolveCluster(...cluster).problems.filter(({ policy }) => policy === 'shared-disk');
const found = (...cluster: Parameters<typeof resolveCluster>) =>
  said(...cluster).map((problem) => problem.found);

/** Of which vSphere does not say that it is shared. */
const plain = (changes: Partial<SourceDisk> = {}) => quorum({ shared: false, ...changes });
/** As a file of that disk's datastore is named. */
const fileAt = (currentPath: string) => filesOf(quorum({ currentPath }))[0]!.file;
const ABOUT = `disk "Hard disk 2" (${QUORUM}) is shared between VMs`;

const user = (number: number, powerState: DiskUser['powerState']): DiskUser => ({
  moref: `vm-${number}`,
  name: `node-${number}`,
  powerState,
  writes: true,
});
const withUsers = (...users: DiskUser[]) => ({ diskUsers: new Map([[fileAt(QUORUM), users]]) });

describe('who has it', () => {
  test('a VM that is the only one with a disk that may have several writers', () => {
    const surroundings = withUsers(user(51, 'poweredOn'));
    expect(found([member(51)], { surroundings })).toEqual([
      `VM "node-51": ${ABOUT}; vCenter shows no other VM that has it`,
    ]);
  });

  test('a VM that the plan leaves out is named, and whether it is on', () => {
    const one = withUsers(user(51, 'poweredOff'), user(77, 'poweredOff'));
    expect(said([member(51)], { surroundings: one })).toMatchObject([
      {
        found: `VM "node-51": ${ABOUT}; VM "node-77" (not of the plan, off) has it, too; Drover migrates it only with all VMs that have it, and "node-77" is not of the plan`,
        remedy: expect.stringMatching(/^add to the plan all VMs that have it, .*; or detach it from all/),
      },
    ]);
    const several = withUsers(user(77, 'suspended'), user(78, null));
    expect(found([member(51)], { surroundings: several })).toEqual([
      `VM "node-51": ${ABOUT}; VMs "node-77" (not of the plan, suspended), "node-78" (not of the plan, vCenter does not say whether it is on) have it, too; Drover migrates it only with all VMs that have it, and "node-77", "node-78" are not of the plan`,
    ]);
  });

  test('of many VMs the first are named', () => {
    const surroundings = withUsers(...[71, 72, 73, 74, 75, 76, 77].map((one) => user(one, 'poweredOn')));
    expect(found([member(51)], { surroundings })).toEqual([
      expect.stringContaining('"node-75" (not of the plan, on) and 2 more have it, too'),
    ]);
  });

  test('more VMs than Drover migrates together', () => {
    const all = Array.from({ length: 33 }, (_, index) =>
      member(10 + index, { migrateSharedDisks: index === 0 }),
    );
    expect(found(all)).toHaveLength(33);
    expect(found(all)[0]).toContain('; 33 VMs have it, and Drover takes at most 32');
  });

  test('nobody knows it, where a single ESXi host is the source', () => {
    const vcenter = { settings: { sdkEndpoint: 'esxi' } };
    expect(found([member(51), attacher(52)], { vcenter })).toEqual(
      Array(2).fill(expect.stringMatching(/; a single ESXi host is the source, which does not see whether/)),
    );
  });

  test('files of one path on two datastores of one name are two disks', () => {
    const elsewhere = plain({ datastore: { moref: 'datastore-99', name: 'san-1' } });
    expect(found([member(51, { shared: plain() }), member(52, { shared: elsewhere })])).toEqual([]);
  });

  test('a disk of one VM alone is not shared', () => {
    const second = (number: number) => ({ ...ownDisk(number), key: 2001, unitNumber: 1 });
    expect(found([member(51, { shared: second(61) }), member(52, { shared: second(62) })])).toEqual([]);
  });
});

describe('linked clones', () => {
  const BASE = '[san-1] golden/golden-000001.vmdk';
  const FIRST = '[san-1] golden/golden.vmdk';
  /** A disk that is written at this path, on top of files that it only reads. */
  const over = (currentPath: string, ...parents: string[]) =>
    plain({ basePath: FIRST, currentPath, parents: parents.map(fileAt) });
  const clone = (number: number) => over(`[san-1] node-${number}/data.vmdk`, BASE, FIRST);

  test('are not shared: each writes a file of its own, and reads those of their common parent', () => {
    expect(found([member(51, { shared: clone(51) }), member(52, { shared: clone(52) })])).toEqual([]);
  });

  test('are refused beside a VM that writes a file which they read', () => {
    const golden = member(53, { shared: over(BASE, FIRST) });
    const all = [member(51, { shared: clone(51) }), member(52, { shared: clone(52) }), golden];
    const CHAIN = 'it is a chain of files \\(snapshots, or linked clones\\)$';
    expect(found(all)).toEqual([
      expect.stringMatching(`^VM "node-51": .*; VM "node-53" \\(of the plan, off\\) has it, too; ${CHAIN}`),
      expect.stringMatching(`^VM "node-52": .*; VM "node-53" \\(of the plan, off\\) has it, too; ${CHAIN}`),
      expect.stringMatching(`^VM "node-53": .*; VMs "node-51" .*, "node-52" .* have it, too; ${CHAIN}`),
    ]);
  });

  test('of a disk that may have several writers are no users of it', () => {
    const reader = { ...user(77, 'poweredOn'), writes: false };
    const diskUsers = new Map([[fileAt(BASE), [{ ...user(51, 'poweredOn'), writes: false }, reader]]]);
    const vm = member(51, { shared: { ...clone(51), shared: true } });
    expect(found([vm], { surroundings: { diskUsers } })).toEqual([
      expect.stringMatching(/; vCenter shows no other VM that has it$/),
    ]);
  });
});

describe('whether its VMs can be migrated with it', () => {
  const both = (changes: Parameters<typeof member>[1] = {}) => [member(51), attacher(52, changes)];
  const reasons = (...given: Parameters<typeof found>) => found(...given).map((text) => text.split('; ')[2]);

  test.each([
    ['poweredOn', 'on'],
    ['suspended', 'suspended'],
  ] as const)('one that is %s refuses all of them', (state, word) => {
    const why = `all VMs that have it must be off, and "node-52" is ${word}`;
    expect(reasons(both({ vm: { power: { ...OFF, state } } }))).toEqual([why, why]);
  });

  test('one of them copies it: none does', () => {
    const none = [attacher(51), attacher(52)];
    const why = 'none of its VMs copies it: migrateSharedDisks is false for all of them';
    expect(reasons(none)).toEqual([why, why]);
    expect(reasons([member(51), member(52)], { plan: { migrateSharedDisks: false } })).toEqual([why, why]);
  });

  test('one of them copies it: several would', () => {
    const two = [member(51), member(52), attacher(53)];
    const why = '"node-51", "node-52" would each copy it: migrateSharedDisks is true for them';
    expect(said(two).map(({ remedy }) => remedy)).toEqual(
      Array(3).fill(expect.stringContaining('migrateSharedDisks to true for one of them')),
    );
    expect(reasons(two)).toEqual([why, why, why]);
  });

  test('two VMs write one file, and nothing at the source says that it is shared', () => {
    const why = '"node-51", "node-52" would each copy it: migrateSharedDisks is true for them';
    expect(reasons([member(51, { shared: plain() }), member(52, { shared: plain() })])).toEqual([why, why]);
  });

  test('a VM that boots from it', () => {
    const why = '"node-52" boots from it, as far as the boot order and the plan say';
    expect(reasons(both({ vm: { boot: [{ kind: 'disk', key: 2001 }] } }))).toEqual([why, why]);
    expect(reasons(both({ rootDisk: '/dev/sdb' }))).toEqual([why, why]);
  });

  test('a VM that has no other disk', () => {
    const first = '"node-52" boots from it, as far as the boot order and the plan say';
    const why = '"node-52" has no disk that it does not share';
    expect(reasons(both({ vm: { disks: [quorum()] } }))).toEqual([first, why, first, why]);
  });

  test('snapshots of a VM that has it', () => {
    const why = 'it is a chain of files (snapshots, or linked clones)';
    expect(reasons(both({ vm: { hasSnapshot: true } }))).toEqual([why, why]);
  });

  test.each([
    ['the map gives other modes', { storageClass: 'fast-block', volumeMode: 'Filesystem' }, 'fast-block'],
    [
      'the map gives another access mode',
      { storageClass: 'fast-block', accessMode: 'ReadWriteOnce' },
      'fast-block',
    ],
    ['the class does not offer them', { storageClass: 'fast-files' }, 'fast-files'],
  ])('its volume must be of Block and ReadWriteMany: %s', (_, destination, name) => {
    const why = `its volume must be of mode Block and ReadWriteMany, and the StorageMap and class "${name}" do not give it that`;
    expect(reasons(both(), { destination })).toEqual([why, why]);
  });

  test('the word of the map counts before what the class offers', () => {
    const destination = { storageClass: 'fast-files', volumeMode: 'Block', accessMode: 'ReadWriteMany' };
    expect(found(both(), { destination })).toEqual([]);
  });

  test('a disk that would become a LUN', () => {
    const shared = quorum({ rdm: 'physicalMode' });
    const all = [member(51, { shared }), attacher(52, { shared })];
    const why = 'it would become a LUN of "node-51", "node-52", and Drover shares no LUNs';
    expect(reasons(all, { plan: { rdmAsLun: true } })).toEqual([why, why]);
  });

  test('nothing speaks against one that a VM copies and another attaches while both are off', () => {
    expect(found(both())).toEqual([]);
  });
});

test('an ordinary VM may say of migrateSharedDisks what it likes', () => {
  for (const migrateSharedDisks of [true, false])
    expect(found([member(51, { migrateSharedDisks, vm: { disks: [ownDisk(51)] } })])).toEqual([]);
});

test('a disk whose datastore is not mapped is refused for that, and not for its class', () => {
  const shared = quorum({ datastore: { moref: 'datastore-13', name: 'ssd-2' } });
  const { problems } = resolveCluster([member(51, { shared }), attacher(52, { shared })]);
  const all = problems.map((problem) => problem.found).join();
  expect(all).toContain('datastore "ssd-2" (datastore-13) is not mapped');
  expect(all).not.toContain('its volume must be');
});
