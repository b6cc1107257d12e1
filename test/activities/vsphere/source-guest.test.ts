import type { ManagedObject } from '../../../activities/vsphere/property-collector';
import { readGuest, snapshotDepth } from '../../../activities/vsphere/source-guest';
import { toDatastore, toRules } from '../../../activities/vsphere/source-places';

function object(type: string, props: Record<string, unknown>): ManagedObject {
  return { ref: { type, value: 'it-1' }, props: new Map(Object.entries(props)), missing: new Map() };
}

const guestOf = (props: Record<string, unknown>) => readGuest(object('VirtualMachine', props));
const disk = (diskPath: unknown, capacity: unknown, freeSpace: unknown) => ({
  diskPath,
  capacity,
  freeSpace,
});

test('host name and file systems are read as VMware Tools report them', () => {
  const GuestDiskInfo = [disk('/', '8000', '4000'), disk('C:\\', '9000', '0')];
  expect(guestOf({ 'guest.hostName': 'web01', 'guest.disk': { GuestDiskInfo } })).toEqual({
    hostName: 'web01',
    volumes: [
      { path: '/', capacityBytes: 8000, freeBytes: 4000 },
      { path: 'C:\\', capacityBytes: 9000, freeBytes: 0 },
    ],
  });
});

test('without VMware Tools there is none of it', () => {
  expect(guestOf({})).toEqual({ hostName: null, volumes: [] });
  expect(guestOf({ 'guest.hostName': '', 'guest.disk': '' })).toEqual({ hostName: null, volumes: [] });
});

test('what a guest makes up is left out, and can not grow', () => {
  const nonsense = [
    disk('', '1', '1'),
    disk('/a', '-1', '1'),
    disk('/b', '1', 'many'),
    disk('/c', `${2 ** 60}`, '1'),
  ];
  expect(guestOf({ 'guest.disk': { GuestDiskInfo: nonsense } }).volumes).toEqual([]);
  const many = Array.from({ length: 10_000 }, () => disk('x'.repeat(10_000), '10', '1'));
  const { hostName, volumes } = guestOf({
    'guest.hostName': 'h'.repeat(10_000),
    'guest.disk': { GuestDiskInfo: many },
  });
  expect([hostName?.length, volumes.length, volumes[0]?.path.length]).toEqual([255, 100, 255]);
});

test('the depth of snapshots is that of the longest chain', () => {
  const chain = (length: number): unknown => (length === 0 ? [] : { childSnapshotList: chain(length - 1) });
  expect(snapshotDepth(undefined)).toBe(0);
  expect(snapshotDepth({ rootSnapshotList: [chain(1), chain(5), chain(2)] })).toBe(5);
  const circle: Record<string, unknown> = {};
  circle['childSnapshotList'] = circle;
  expect(snapshotDepth({ rootSnapshotList: circle })).toBe(100);
});

test.each([
  [{ accessible: 'false' }, 'no host reaches it'],
  [{ accessible: 'true', maintenanceMode: 'inMaintenance' }, 'it is in maintenance'],
  [{ accessible: 'true', maintenanceMode: 'normal' }, undefined],
])('a datastore of which vCenter says %j: %s', (summary, unreachable) => {
  expect(toDatastore(object('Datastore', { name: 'ssd-1', summary })).unreachable).toBe(unreachable);
});

test('rules are read with the VMs that they name, also by a group; rules that are off are not', () => {
  const vm = (value: string) => ({ attributes: { type: 'VirtualMachine' }, $value: value });
  const configurationEx = {
    group: [{ name: 'databases', vm: [vm('vm-1'), vm('vm-2')] }, { name: 'hosts' }],
    rule: [
      { name: 'on licensed hosts', enabled: 'true', vmGroupName: 'databases', affineHostGroupName: 'hosts' },
      { name: 'apart', enabled: 'true', vm: [vm('vm-3'), vm('vm-4')] },
      { name: 'off', enabled: 'false', vm: vm('vm-5') },
    ],
  };
  expect(toRules(object('ClusterComputeResource', { name: 'prod', configurationEx }))).toEqual([
    { cluster: 'prod', name: 'on licensed hosts', vms: ['vm-1', 'vm-2'] },
    { cluster: 'prod', name: 'apart', vms: ['vm-3', 'vm-4'] },
  ]);
});
