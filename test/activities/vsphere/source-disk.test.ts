import { foreignFilesOf, readDisks } from '../../../activities/vsphere/source-disk';

function device(type: string, fields: Record<string, unknown>): Record<string, unknown> {
  return { attributes: { 'xsi:type': type }, ...fields };
}

function flat(fileName: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return device('VirtualDiskFlatVer2BackingInfo', { fileName, diskMode: 'persistent', ...fields });
}

function disk(
  backing: Record<string, unknown>,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  const place = { key: '2000', controllerKey: '1000', unitNumber: '0', capacityInBytes: '1048576' };
  return device('VirtualDisk', { ...place, backing, ...fields });
}

const PVSCSI = device('ParaVirtualSCSIController', { key: '1000', busNumber: '0', sharedBus: 'noSharing' });

test('the base of a snapshot chain is its oldest file, the current one its newest', () => {
  const chain = flat('[ssd] vm/vm-000002.vmdk', {
    parent: flat('[ssd] vm/vm-000001.vmdk', { parent: flat('[ssd] vm/vm.vmdk') }),
  });
  const parents = ['ssd vm/vm-000001.vmdk', 'ssd vm/vm.vmdk'];
  expect(readDisks([PVSCSI, disk(chain)], { changeTracking: true })).toMatchObject([
    { basePath: '[ssd] vm/vm.vmdk', currentPath: '[ssd] vm/vm-000002.vmdk', parents, changeTracking: true },
  ]);
});

test('the parent of a linked clone may lie on another datastore', () => {
  const on = (id: string) => ({ datastore: { attributes: { type: 'Datastore' }, $value: id } });
  const parent = flat('[golden] base/base.vmdk', on('datastore-2'));
  const devices = [PVSCSI, disk(flat('[ssd] vm/vm.vmdk', { ...on('datastore-1'), parent }))];
  expect(readDisks(devices, { changeTracking: false })).toMatchObject([
    { datastore: { moref: 'datastore-1' }, parents: ['datastore-2 base/base.vmdk'] },
  ]);
  expect(foreignFilesOf(devices)).toEqual([
    { file: 'datastore-1 vm/vm.vmdk', isWritten: true },
    { file: 'datastore-2 base/base.vmdk', isWritten: false },
  ]);
});

test.each([
  ['VirtualLsiLogicController', 'scsi'],
  ['VirtualLsiLogicSASController', 'scsi'],
  ['VirtualBusLogicController', 'scsi'],
  ['VirtualAHCIController', 'sata'],
  ['VirtualIDEController', 'ide'],
  ['VirtualNVMEController', 'nvme'],
])('a disk of a %s is on the bus %s', (controllerType, bus) => {
  const controller = device(controllerType, { key: '1000', busNumber: '1' });
  expect(readDisks([disk(flat('[ssd] vm/vm.vmdk')), controller], { changeTracking: false })).toMatchObject([
    { bus, controllerType, busNumber: 1 },
  ]);
});

test.each<[string, string, Record<string, string>, object]>([
  [
    'is referred to',
    '[ssd] 1] vm/vm.vmdk',
    { 'datastore-1': 'ssd] 1' },
    { moref: 'datastore-1', name: 'ssd] 1' },
  ],
  ['is not for us to read', '[ssd]1] vm/vm.vmdk', {}, { moref: 'datastore-1', name: 'ssd]1' }],
  ['has a name that vCenter escapes', '[ssd%2f1] vm/vm.vmdk', {}, { moref: 'datastore-1', name: 'ssd/1' }],
])('the datastore of a disk that %s is named as people named it', (_, fileName, names, datastore) => {
  const backing = flat(fileName, { datastore: { attributes: { type: 'Datastore' }, $value: 'datastore-1' } });
  const datastores = new Map(Object.entries(names));
  expect(readDisks([PVSCSI, disk(backing)], { changeTracking: false, datastores })).toMatchObject([
    { datastore, currentPath: fileName },
  ]);
});

test('a disk that refers to no datastore is on the one that its path names', () => {
  expect(readDisks([PVSCSI, disk(flat('[gone%2f1] vm/vm.vmdk'))], { changeTracking: false })).toMatchObject([
    { datastore: { moref: 'gone/1', name: 'gone/1' } },
  ]);
});

test.each(['physicalMode', 'virtualMode'])(
  'a raw device mapping in %s is told apart',
  (compatibilityMode) => {
    const backing = device('VirtualDiskRawDiskMappingVer1BackingInfo', {
      fileName: '[ssd] vm/rdm.vmdk',
      compatibilityMode,
      diskMode: 'independent_persistent',
    });
    expect(readDisks([PVSCSI, disk(backing)], { changeTracking: false })).toMatchObject([
      { rdm: compatibilityMode, mode: 'independent_persistent' },
    ]);
  },
);

test('a disk is shared by its own setting, or by the bus that it hangs on', () => {
  const sharedBus = device('ParaVirtualSCSIController', {
    key: '1001',
    busNumber: '1',
    sharedBus: 'physicalSharing',
  });
  const disks = readDisks(
    [
      PVSCSI,
      sharedBus,
      disk(flat('[ssd] vm/a.vmdk')),
      disk(flat('[ssd] vm/b.vmdk', { sharing: 'sharingMultiWriter' }), { key: '2001', unitNumber: '1' }),
      disk(flat('[ssd] vm/c.vmdk', { sharing: 'sharingNone' }), { key: '2016', controllerKey: '1001' }),
    ],
    { changeTracking: false },
  );
  expect(disks.map(({ key, shared }) => [key, shared])).toEqual([
    [2000, false],
    [2001, true],
    [2016, true],
  ]);
});

test('disks come in the order of controllers and units, whatever order vCenter lists them in', () => {
  const unit = (unitNumber: number) =>
    disk(flat(`[ssd] vm/${unitNumber}.vmdk`), {
      key: String(2000 + unitNumber),
      unitNumber: String(unitNumber),
    });
  const keys = readDisks([unit(10), unit(2), PVSCSI, unit(0)], { changeTracking: false }).map(
    ({ key }) => key,
  );
  expect(keys).toEqual([2000, 2002, 2010]);
});

test('a host that tells the capacity in kilobytes only is understood', () => {
  const old = disk(flat('[ssd] vm/vm.vmdk'), { capacityInBytes: undefined, capacityInKB: '2048' });
  expect(readDisks([PVSCSI, old], { changeTracking: false })).toMatchObject([
    { capacityBytes: 2 << 20, datastore: { name: 'ssd' } },
  ]);
});
