import { differences } from '../../../activities/vsphere/source-check';
import { disk, sanDisk, sourceVm } from '../../plan/example';
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
