import { differences } from '../../../activities/vsphere/source-check';
import type { SourceNic } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import {
  disk,
  inventory,
  manifestSet,
  nic,
  sanDisk,
  sentences,
  sourceVm,
  targetFacts,
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
  const { problems, vms } = resolvePlan(set, inventory({ vms: [vm] }), targetFacts());
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
