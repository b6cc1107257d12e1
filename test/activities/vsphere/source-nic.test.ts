import { hasOpaqueNetwork, networksOf, readNics } from '../../../activities/vsphere/source-nic';

const NETWORKS = {
  names: new Map([
    ['network-21', 'VM Network'],
    ['dvportgroup-31', 'backend'],
    ['network-o41', 'segment'],
  ]),
  opaque: new Map([['0a-id-of-nsx', 'network-o41']]),
};

function card(backing: unknown, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    attributes: { 'xsi:type': 'VirtualVmxnet3' },
    key: '4000',
    deviceInfo: { label: 'Network adapter 1' },
    ...(backing === undefined ? {} : { backing }),
    connectable: { startConnected: 'true' },
    addressType: 'assigned',
    macAddress: '00:50:56:AA:00:01',
    ...fields,
  };
}

const backing = (type: string, fields: Record<string, unknown>) => ({
  attributes: { 'xsi:type': `VirtualEthernetCard${type}BackingInfo` },
  ...fields,
});
const ref = (type: string, $value: string) => ({ attributes: { type }, $value });
const port = (fields: Record<string, unknown>) => ({ port: { switchUuid: '50 1e', ...fields } });
const opaque = (opaqueNetworkId: string) =>
  backing('OpaqueNetwork', { opaqueNetworkId, opaqueNetworkType: 'nsx.LogicalSwitch' });

test.each([
  [
    'a standard network',
    backing('Network', { deviceName: 'VM Network', network: ref('Network', 'network-21') }),
    { moref: 'network-21', name: 'VM Network' },
  ],
  [
    'a distributed port group',
    backing('DistributedVirtualPort', port({ portgroupKey: 'dvportgroup-31', portKey: '7' })),
    { moref: 'dvportgroup-31', name: 'backend' },
  ],
  ["a network of NSX's", opaque('0a-id-of-nsx'), { moref: 'network-o41', name: 'segment' }],
  [
    'a legacy network',
    backing('LegacyNetwork', { deviceName: 'vmnet7' }),
    { moref: 'vmnet7', name: 'vmnet7' },
  ],
  [
    'a standard network that is gone',
    backing('Network', { deviceName: 'torn down' }),
    { moref: 'torn down', name: 'torn down' },
  ],
  [
    'a network whose name is not for us to read',
    backing('Network', { deviceName: 'secret', network: ref('Network', 'network-66') }),
    { moref: 'network-66', name: 'secret' },
  ],
  [
    'a port group that is gone',
    backing('DistributedVirtualPort', port({ portgroupKey: 'dvportgroup-99' })),
    { moref: 'dvportgroup-99', name: 'dvportgroup-99' },
  ],
  [
    'a port without a port group',
    backing('DistributedVirtualPort', port({ portKey: '12' })),
    { moref: 'port 12 of switch 50 1e', name: 'port 12 of switch 50 1e' },
  ],
  ["a network of NSX's that is gone", opaque('0b-gone'), { moref: '0b-gone', name: '0b-gone' }],
  ['an empty backing', backing('Network', { deviceName: '' }), { moref: 'no network', name: 'no network' }],
  ['no backing', undefined, { moref: 'no network', name: 'no network' }],
])('a card on %s is read, with what a map calls its network', (_, itsBacking, network) => {
  expect(readNics([card(itsBacking)], NETWORKS)).toEqual([
    { key: 4000, label: 'Network adapter 1', macAddress: '00:50:56:aa:00:01', network, connected: true },
  ]);
});

test('a card that was never given a MAC address is a card; a disk is none', () => {
  const devices = [
    card(undefined, { macAddress: undefined, addressType: 'generated' }),
    { attributes: { 'xsi:type': 'VirtualDisk' }, key: '2000' },
  ];
  expect(readNics(devices, NETWORKS)).toMatchObject([{ key: 4000, macAddress: '' }]);
});

test('only networks that cards refer to are asked for, and those of NSX only for a card on one', () => {
  const standard = card(backing('Network', { network: ref('Network', 'network-21') }));
  const group = card(backing('DistributedVirtualPort', port({ portgroupKey: 'dvportgroup-31' })));
  expect(networksOf([standard, group, card(opaque('x')), card(undefined)])).toEqual([
    { type: 'Network', value: 'network-21' },
    { type: 'DistributedVirtualPortgroup', value: 'dvportgroup-31' },
  ]);
  expect(hasOpaqueNetwork([standard, group])).toBe(false);
  expect(hasOpaqueNetwork([standard, card(opaque('x'))])).toBe(true);
});
