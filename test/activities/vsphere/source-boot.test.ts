import { readBootOrder } from '../../../activities/vsphere/source-boot';

const device = (type: string, fields: Record<string, unknown> = {}) => ({
  attributes: { 'xsi:type': `ns1:VirtualMachineBootOptionsBootable${type}Device` },
  ...fields,
});

test('disks and cards come in the order of the boot options, without drives that are not migrated', () => {
  const bootOrder = [
    device('Cdrom'),
    device('Ethernet', { deviceKey: '4000' }),
    device('Floppy'),
    device('Disk', { deviceKey: '2001' }),
    device('Disk', { deviceKey: '2000' }),
  ];
  expect(readBootOrder({ efiSecureBootEnabled: 'false', bootOrder })).toEqual([
    { kind: 'nic', key: 4000 },
    { kind: 'disk', key: 2001 },
    { kind: 'disk', key: 2000 },
  ]);
});

test('a list of one is no list in an answer', () => {
  expect(readBootOrder({ bootOrder: device('Disk', { deviceKey: '2001' }) })).toEqual([
    { kind: 'disk', key: 2001 },
  ]);
});

test.each([
  [undefined],
  [{}],
  [{ bootOrder: device('Disk') }],
  [{ bootOrder: device('Tape', { deviceKey: '1' }) }],
])('options that name no disk or card leave it to the firmware: %j', (options) => {
  expect(readBootOrder(options)).toEqual([]);
});
