import { readDisks } from '../../../activities/vsphere/source-disk';

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
  expect(readDisks([PVSCSI, disk(chain)], true)).toMatchObject([
    { basePath: '[ssd] vm/vm.vmdk', currentPath: '[ssd] vm/vm-000002.vmdk', changeTracking: true },
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
  expect(readDisks([disk(flat('[ssd] vm/vm.vmdk')), controller], false)).toMatchObject([
    { bus, controllerType, busNumber: 1 },
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
    expect(readDisks([PVSCSI, disk(backing)], false)).toMatchObject([
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
    false,
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
  const keys = readDisks([unit(10), unit(2), PVSCSI, unit(0)], false).map(({ key }) => key);
  expect(keys).toEqual([2000, 2002, 2010]);
});

test('a host that tells the capacity in kilobytes only is understood', () => {
  const old = disk(flat('[ssd] vm/vm.vmdk'), { capacityInBytes: undefined, capacityInKB: '2048' });
  expect(readDisks([PVSCSI, old], false)).toMatchObject([
    { capacityBytes: 2 << 20, datastore: { name: 'ssd' } },
  ]);
});
