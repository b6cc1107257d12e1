import { differences, renamedDisks } from '../../../activities/vsphere/source-check';
import type { SourceDisk, SourceNic, SourceVm } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { encodeName } from '../../../plan/vcenter-names';
import {
  disk,
  inventory,
  manifestSet,
  nic,
  sanDisk,
  sentences,
  sourceVm,
  targetInventory,
} from '../../plan/example';
import { freeze } from './frozen-vm';

const SOURCE = {
  provider: { namespace: 'mtv', name: 'vcenter' },
  url: 'https://vc.example.com/sdk',
  secret: { namespace: 'mtv', name: 'login' },
  vddkImage: null,
};
const SNAPSHOT = '[ssd-1] web01/web01-000001.vmdk';

const frozen = (vm = sourceVm()) => freeze(vm, { source: SOURCE, vcenterUuid: 'vcenter-uuid' });

test('a VM that is as it was frozen does not differ', () => {
  expect(differences(frozen(), sourceVm())).toEqual([]);
});

test.each<[string, Partial<SourceVm>, string]>([
  ['memory', { memoryMiB: 16_384 }, 'its memory in MiB was 4096 and is 16384'],
  ['CPUs', { cpu: { count: 8, coresPerSocket: 2 } }, 'its number of CPUs was 4 and is 8'],
  ['secure boot', { secureBoot: !sourceVm().secureBoot }, 'its secure boot was'],
  ['a TPM', { tpm: !sourceVm().tpm }, 'its TPM was'],
  [
    'another VM on its disk',
    { disks: [disk({ shared: true }), sanDisk()] },
    'disk 2000 is shared between VMs now',
  ],
  [
    'a disk that forgets',
    { disks: [disk({ mode: 'nonpersistent' }), sanDisk()] },
    'disk 2000 is in mode nonpersistent now',
  ],
])('%s that it got since is told: its target would lack that, or be wrong', (_, changes, words) => {
  expect(differences(planned(), sourceVm(changes))).toEqual([expect.stringContaining(words)]);
});

test('a disk that was frozen as shared does not differ', () => {
  const vm = planned();
  vm.disks[0]!.sharedWith = [{ moref: 'vm-2', name: 'db02' }];
  expect(differences(vm, sourceVm({ disks: [disk({ shared: true }), sanDisk()] }))).toEqual([]);
});

test('a disk that is attached is no new one, and is compared as all others are', () => {
  const { disks, ...vm } = planned();
  const [first, second] = disks;
  const sharedWith = [{ moref: 'vm-2', name: 'db02' }];
  const attaches = { ...vm, disks: [first!], attached: [{ ...second!, owner: sharedWith[0]!, sharedWith }] };
  expect(differences(attaches, sourceVm())).toEqual([]);
  expect(differences(attaches, sourceVm({ disks: [disk()] }))).toEqual([`disk ${second!.key} is gone`]);
});

test('cores that are dealt to sockets in another way are the same CPUs', () => {
  const now = sourceVm({ cpu: { count: sourceVm().cpu.count, coresPerSocket: 1 } });
  expect(differences(planned(), now)).toEqual([]);
});

test('a snapshot that was taken since is told by the file that the disk writes to now', () => {
  const now = sourceVm({ hasSnapshot: true, disks: [disk({ currentPath: SNAPSHOT }), sanDisk()] });
  expect(differences(frozen(), now)).toEqual([
    `disk 2000's current file was ${disk().currentPath} and is ${SNAPSHOT}`,
  ]);
});

test('a snapshot of a VM all of whose disks it leaves out is none of our business, old or new', () => {
  const disks = [sanDisk({ mode: 'independent_persistent' })];
  const withSnapshot = sourceVm({ hasSnapshot: true, disks });
  expect(differences(frozen(withSnapshot), withSnapshot)).toEqual([]);
  expect(differences(frozen(sourceVm({ disks })), withSnapshot)).toEqual([]);
});

/** Of the example's networks, the map ignores this one. */
const BACKUP = { moref: 'network-23', name: 'backup' };
const ignored = (changes: Partial<SourceNic> = {}) =>
  nic({ key: 4001, label: 'Network adapter 2', network: BACKUP, ...changes });

/** Frozen from a plan, as a migration has it. */
function planned(vm = sourceVm()) {
  const set = manifestSet({ plan: { vms: [{ name: 'web01' }] } });
  const { problems, vms } = resolvePlan(set, inventory({ vms: [vm] }), targetInventory());
  if (vms[0] === undefined) throw new Error(sentences(problems).join('\n'));
  return vms[0];
}

describe('what the plan leaves at the source', () => {
  const source = sourceVm({ nics: [nic(), ignored()] });

  test('is not taken for new', () => {
    expect(differences(planned(source), source)).toEqual([]);
  });

  test.each([
    ['may be removed', [nic()]],
    ['may get another MAC address', [nic(), ignored({ macAddress: '00:50:56:00:00:99' })]],
  ])('%s', (_, nics) => {
    expect(differences(planned(source), { ...source, nics })).toEqual([]);
  });

  test('may be all cards of a VM', () => {
    const bare = sourceVm({ nics: [ignored()] });
    expect(planned(bare).nics).toEqual([]);
    expect(differences(planned(bare), bare)).toEqual([]);
  });

  test('is a change where it moves to a network that the map does not ignore', () => {
    const moved = ignored({ network: { moref: 'network-21', name: 'VM Network' } });
    expect(differences(planned(source), { ...source, nics: [nic(), moved] })).toEqual([
      "ignored network card 4001's network was backup and is VM Network",
    ]);
  });

  test('does not hide a card or a disk that really is new', () => {
    const nics = [...source.nics, ignored({ key: 4002, label: 'Network adapter 3' })];
    const disks = [...source.disks, disk({ key: 2002, label: 'Hard disk 3' })];
    expect(differences(planned(source), { ...source, disks, nics })).toEqual([
      'disk 2002 (Hard disk 3) is new',
      'network card 4002 (Network adapter 3) is new',
    ]);
  });
});

test('a VM that was frozen by a version that kept only what it migrates is compared as before', () => {
  const { leftOut, ...before } = planned(sourceVm({ nics: [nic(), ignored()] }));
  expect(leftOut).toBeDefined();
  expect(differences(before, sourceVm())).toEqual([]);
  expect(differences(before, sourceVm({ nics: [nic(), ignored()] }))).toEqual([
    'network card 4001 (Network adapter 2) is new',
  ]);
});

describe('what got another name since', () => {
  const STORE = { moref: 'datastore-11', name: 'ssd-1' };
  const LAN = { moref: 'network-21', name: 'VM Network' };
  const onStore = (name: string, changes: Partial<SourceDisk> = {}) =>
    disk({
      datastore: { ...STORE, name },
      basePath: `[${encodeName(name)}] web01/web01.vmdk`,
      currentPath: `[${encodeName(name)}] web01/web01.vmdk`,
      ...changes,
    });
  const before = sourceVm({ disks: [onStore('ssd-1')], nics: [nic({ network: LAN }), ignored()] });

  test.each<[string, Partial<SourceVm>]>([
    ['the VM', { name: 'web01-old' }],
    ['its folder', { inventoryPath: '/DC0/vm/leaving/web01' }],
    ['its host', { host: { moref: 'host-1', name: 'esx1.new.example.com' } }],
    ['a network', { nics: [nic({ network: { ...LAN, name: 'LAN' } }), ignored()] }],
    ['an ignored network', { nics: [nic(), ignored({ network: { ...BACKUP, name: 'old backup' } })] }],
    ['a datastore', { disks: [onStore('flash-1')] }],
    ['a datastore, to a name with a slash and brackets', { disks: [onStore('a] b/[c')] }],
  ])('is still the one that it was: %s', (_, changes) => {
    expect(differences(planned(before), { ...before, ...changes })).toEqual([]);
  });

  test('two datastores that swapped their names are still the two', () => {
    const other = { moref: 'datastore-12', name: 'san-1' };
    const second = (name: string) =>
      sanDisk({
        datastore: { ...other, name },
        basePath: `[${name}] web01/web01_1.vmdk`,
        currentPath: `[${name}] web01/web01_1.vmdk`,
      });
    const vm = sourceVm({ disks: [onStore('ssd-1'), second('san-1')] });
    expect(differences(planned(vm), { ...vm, disks: [onStore('san-1'), second('ssd-1')] })).toEqual([]);
  });

  test('a disk whose first file lies on a datastore of another disk is still the one', () => {
    const based = (first: string) =>
      sanDisk({ basePath: `[${first}] golden/golden.vmdk`, currentPath: sanDisk().currentPath });
    const vm = sourceVm({ disks: [onStore('ssd-1'), based('ssd-1')] });
    const set = (store: string) => [onStore(store), based(store)];
    expect(differences(frozen(vm), { ...vm, disks: set('flash-1') })).toEqual([]);
  });

  test.each<[string, Partial<SourceVm>, string]>([
    [
      'a disk on another datastore of that name',
      { disks: [onStore('ssd-1', { datastore: { ...STORE, moref: 'datastore-99' } })] },
      "disk 2000's datastore was ssd-1 (datastore-11) and is ssd-1 (datastore-99)",
    ],
    [
      'another file on a renamed datastore',
      { disks: [onStore('flash-1', { currentPath: '[flash-1] web01/web01-000001.vmdk' })] },
      "disk 2000's current file was [ssd-1] web01/web01.vmdk and is [flash-1] web01/web01-000001.vmdk",
    ],
    [
      'a card on another network of that name',
      { nics: [nic({ network: { ...LAN, moref: 'network-99' } }), ignored()] },
      "network card 4000's network was VM Network (network-21) and is VM Network (network-99)",
    ],
    [
      'an ignored card on another network of that name',
      { nics: [nic(), ignored({ network: { ...BACKUP, moref: 'network-98' } })] },
      "ignored network card 4001's network was backup (network-23) and is backup (network-98)",
    ],
  ])('hides no change: %s', (_, changes, words) => {
    expect(differences(planned(before), { ...before, ...changes })).toEqual([words]);
  });

  test('is told by names alone where the VM was frozen by a version that kept no others', () => {
    const old = structuredClone(planned(before));
    for (const each of old.disks) delete each.datastoreId;
    for (const each of [...old.nics, ...(old.leftOut?.nics ?? [])]) delete each.sourceNetworkId;
    expect(differences(old, before)).toEqual([]);
    const nics = [nic({ network: { ...LAN, name: 'LAN' } }), ignored()];
    expect(differences(old, { ...before, nics, disks: [onStore('flash-1')] })).toEqual([
      "disk 2000's base file was [ssd-1] web01/web01.vmdk and is [flash-1] web01/web01.vmdk",
      "disk 2000's current file was [ssd-1] web01/web01.vmdk and is [flash-1] web01/web01.vmdk",
      "network card 4000's network was VM Network and is LAN",
    ]);
  });

  test('gives copiers the names by which they find the files now', () => {
    expect(renamedDisks(planned(before), before)).toEqual([]);
    expect(renamedDisks(planned(before), { ...before, disks: [onStore('flash-1')] })).toEqual([
      {
        key: 2000,
        datastore: 'flash-1',
        basePath: '[flash-1] web01/web01.vmdk',
        currentPath: '[flash-1] web01/web01.vmdk',
      },
    ]);
  });
});
