import { type AddressedCard, expectedAddresses, expectedCards } from '../../plan/expected-addresses';
import type { FrozenNic } from '../../plan/frozen';
import type { GuestAddress } from '../../plan/guest-network';

const MULTUS = { kind: 'multus', namespace: 'migrated', name: 'backend' } as const;

function expected(addresses: readonly Partial<GuestAddress>[], card: Partial<AddressedCard> = {}): string[] {
  const guest = {
    addresses: addresses.map((one) => ({ address: '192.0.2.10', prefix: 24, ...one })),
    gateways: [],
    nameServers: [],
  };
  return expectedAddresses({ connected: true, network: MULTUS, guest, ...card });
}

const V6 = { address: '2001:db8::10', prefix: 64 };

test.each<[string, Partial<GuestAddress>, string[]]>([
  ['an address that was set by hand', { by: 'static' }, ['192.0.2.10']],
  ['an IPv4 address of which nobody says who gave it', {}, ['192.0.2.10']],
  ['an IPv6 address that was set by hand', { ...V6, by: 'static' }, ['2001:db8::10']],
  ['an IPv6 address that the guest may have made', V6, []],
  ['an address by DHCP', { by: 'dhcp' }, []],
])('%s', (_, address, all) => {
  expect(expected([address])).toEqual(all);
});

test('the Pod network gives an address of its own, and a card without a cable has none', () => {
  expect(expected([{}], { network: { kind: 'pod' } })).toEqual([]);
  expect(expected([{}], { connected: false })).toEqual([]);
});

test('cards of which nothing is known are left out', () => {
  const bare: FrozenNic = {
    key: 4000,
    macAddress: '00:50:56:00:00:01',
    connected: true,
    sourceNetwork: 'backend',
    network: MULTUS,
  };
  const guest = { addresses: [{ address: '192.0.2.10', prefix: 24 }], gateways: [], nameServers: [] };
  const known = { ...bare, key: 4001, macAddress: '00:50:56:00:00:02', guest };
  expect(expectedCards([bare, known])).toEqual([
    { macAddress: '00:50:56:00:00:02', addresses: ['192.0.2.10'] },
  ]);
});
