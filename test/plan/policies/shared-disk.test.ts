/** A disk that several VMs have: the refusal names it and all of these VMs, of the plan or not, and whether they are on. */
import { filesOf } from '../../../plan/disk-files';
import type { DiskUser, SourceDisk } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { disk, inventory, manifestSet, nic, sourceVm, targetInventory } from '../example';

const QUORUM = '[ssd-1] cluster/quorum.vmdk';
const quorum = (changes: Partial<SourceDisk> = {}) =>
  disk({
    key: 2001,
    unitNumber: 1,
    label: 'Hard disk 2',
    basePath: QUORUM,
    currentPath: QUORUM,
    shared: true,
    ...changes,
  });
/** As a file of that disk's datastore is named. */
const fileAt = (currentPath: string) => filesOf(quorum({ currentPath }))[0]!.file;
const ABOUT = `disk "Hard disk 2" (${QUORUM}) is shared between VMs: another may write to it while it is copied`;

const own = (number: number) => {
  const path = `[ssd-1] node-${number}/node-${number}.vmdk`;
  return disk({ basePath: path, currentPath: path });
};

const member = (number: number, shared: SourceDisk = quorum()) =>
  sourceVm({
    moref: `vm-${number}`,
    name: `node-${number}`,
    inventoryPath: `/DC0/vm/node-${number}`,
    instanceUuid: `uuid-${number}`,
    nics: [nic({ macAddress: `00:50:56:00:00:${number}` })],
    disks: [own(number), shared],
  });

/** What is found of a plan with these members, where vCenter names these users of the disk. */
function found(members: ReturnType<typeof member>[], users: DiskUser[] = []): string[] {
  const set = manifestSet({ plan: { vms: members.map(({ name }) => ({ name })) } });
  const diskUsers = new Map([[fileAt(QUORUM), users]]);
  const source = inventory({ vms: members, surroundings: { diskUsers } });
  const { problems } = resolvePlan(set, source, targetInventory());
  return problems.filter(({ policy }) => policy === 'shared-disk').map((problem) => problem.found);
}

const user = (number: number, powerState: DiskUser['powerState']): DiskUser => ({
  moref: `vm-${number}`,
  name: `node-${number}`,
  powerState,
  writes: true,
});

test('a VM that is the only one with a disk that may have several writers', () => {
  expect(found([member(51)], [user(51, 'poweredOn')])).toEqual([
    `VM "node-51": ${ABOUT}; vCenter shows no other VM that has it`,
  ]);
});

test('VMs of a plan name one another', () => {
  const off = { state: 'poweredOff', bootTime: null, lastPowerOn: null } as const;
  const all = found([member(51), member(52), { ...member(53), power: off }]);
  expect(all).toEqual([
    `VM "node-51": ${ABOUT}; VMs "node-52" (of the plan, on), "node-53" (of the plan, off) have it, too`,
    `VM "node-52": ${ABOUT}; VMs "node-51" (of the plan, on), "node-53" (of the plan, off) have it, too`,
    `VM "node-53": ${ABOUT}; VMs "node-51" (of the plan, on), "node-52" (of the plan, on) have it, too`,
  ]);
});

test('a VM that the plan leaves out is named, and whether it is on', () => {
  expect(found([member(51)], [user(51, 'poweredOn'), user(77, 'poweredOff')])).toEqual([
    `VM "node-51": ${ABOUT}; VM "node-77" (not of the plan, off) has it, too`,
  ]);
  expect(found([member(51)], [user(77, 'suspended'), user(78, null)])).toEqual([
    `VM "node-51": ${ABOUT}; VMs "node-77" (not of the plan, suspended), "node-78" (not of the plan, vCenter does not say whether it is on) have it, too`,
  ]);
});

test.each([true, false])('the plan says migrateSharedDisks: %s', (migrateSharedDisks) => {
  const vm = member(51);
  const problemsOf = (one: typeof vm) => {
    const set = manifestSet({ plan: { vms: [{ name: one.name, migrateSharedDisks }], migrateSharedDisks } });
    const { problems } = resolvePlan(set, inventory({ vms: [one] }), targetInventory());
    return problems.flatMap(({ policy }) => policy ?? []);
  };
  expect(problemsOf(vm)).toEqual(['shared-disk']);
  expect(problemsOf({ ...vm, disks: [own(51)] })).toEqual([]);
});

test('of many VMs the first are named', () => {
  const users = [71, 72, 73, 74, 75, 76, 77].map((number) => user(number, 'poweredOn'));
  expect(found([member(51)], users)).toEqual([
    expect.stringMatching(/"node-75" \(not of the plan, on\) and 2 more have it, too$/),
  ]);
});

test('two VMs of the plan have one file, and nothing says that it is shared', () => {
  const plain = quorum({ shared: false });
  expect(found([member(51, plain), member(52, plain)])).toEqual([
    `VM "node-51": ${ABOUT}; VM "node-52" (of the plan, on) has it, too`,
    `VM "node-52": ${ABOUT}; VM "node-51" (of the plan, on) has it, too`,
  ]);
});

describe('linked clones', () => {
  const BASE = '[ssd-1] golden/golden-000001.vmdk';
  const FIRST = '[ssd-1] golden/golden.vmdk';
  /** A disk that is written at this path, on top of files that it only reads. */
  const over = (currentPath: string, ...parents: string[]) =>
    quorum({ shared: false, basePath: FIRST, currentPath, parents: parents.map(fileAt) });
  const clone = (number: number) => over(`[ssd-1] node-${number}/data.vmdk`, BASE, FIRST);

  test('are not shared: each writes a file of its own, and reads those of their common parent', () => {
    expect(found([member(51, clone(51)), member(52, clone(52))])).toEqual([]);
  });

  test('are shared with a VM that writes a file which they read', () => {
    expect(found([member(51, clone(51)), member(52, clone(52)), member(53, over(BASE, FIRST))])).toEqual([
      expect.stringMatching(/^VM "node-51": .*; VM "node-53" \(of the plan, on\) has it, too$/),
      expect.stringMatching(/^VM "node-52": .*; VM "node-53" \(of the plan, on\) has it, too$/),
      expect.stringMatching(/^VM "node-53": .*; VMs "node-51" .*, "node-52" .* have it, too$/),
    ]);
  });

  test('of a disk that may have several writers are no users of it', () => {
    const shared = { ...clone(51), shared: true };
    const reader = { ...user(77, 'poweredOn'), writes: false };
    const diskUsers = new Map([[fileAt(BASE), [{ ...user(51, 'poweredOn'), writes: false }, reader]]]);
    const set = manifestSet({ plan: { vms: [{ name: 'node-51' }] } });
    const source = inventory({ vms: [member(51, shared)], surroundings: { diskUsers } });
    const { problems } = resolvePlan(set, source, targetInventory());
    expect(problems.flatMap(({ policy, found: clause }) => (policy === 'shared-disk' ? clause : []))).toEqual(
      [expect.stringMatching(/; vCenter shows no other VM that has it$/)],
    );
  });
});

test('files of one path on two datastores of one name are two disks', () => {
  const elsewhere = quorum({ shared: false, datastore: { moref: 'datastore-99', name: 'ssd-1' } });
  const source = [member(51, quorum({ shared: false })), member(52, elsewhere)];
  expect(found(source)).toEqual([]);
});

test('a disk of one VM alone is not shared', () => {
  expect(found([member(51, own(61)), member(52, own(62))])).toEqual([]);
});
