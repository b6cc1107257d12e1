import type { KeptCard } from '../../../images/conversion/network/kept-network';
import { macArguments } from '../../../images/conversion/network/mac-arguments';

const MAC = '00:50:56:00:00:01';

function card(changes: Partial<KeptCard> = {}): KeptCard {
  return {
    mac: MAC,
    pciSlot: null,
    addresses: [{ address: '192.0.2.10', prefix: 24, by: 'static' }],
    gateways: ['192.0.2.1'],
    nameServers: ['192.0.2.53', '192.0.2.54'],
    ...changes,
  };
}

const windows = (...cards: KeptCard[]) => macArguments({ system: 'windows', cards, leftOut: 0 });

test('a static address of Windows is set with its gateway, prefix and name servers', () => {
  expect(windows(card())).toEqual(['--mac', `${MAC}:ip:192.0.2.10,192.0.2.1,24,192.0.2.53,192.0.2.54`]);
});

test('without gateway and name servers their places stay empty', () => {
  expect(windows(card({ gateways: [], nameServers: [] }))).toEqual(['--mac', `${MAC}:ip:192.0.2.10,,24`]);
});

test('of several addresses the first of each family has the gateway, and the very first the name servers', () => {
  const addresses = ['192.0.2.10', '192.0.2.11', '2001:db8::10'].map((address) => ({
    address,
    prefix: 24,
    by: 'static' as const,
  }));
  const gateways = ['192.0.2.1', '2001:db8::1'];
  expect(windows(card({ addresses, gateways, nameServers: ['192.0.2.53'] }))).toEqual([
    '--mac',
    `${MAC}:ip:192.0.2.10,192.0.2.1,24,192.0.2.53`,
    '--mac',
    `${MAC}:ip:192.0.2.11,,24`,
    '--mac',
    `${MAC}:ip:2001:db8::10,2001:db8::1,24`,
  ]);
});

test('what DHCP gave, or nobody knows who, is not set', () => {
  const addresses = [
    { address: '192.0.2.10', prefix: 24, by: 'dhcp' as const },
    { address: '2001:db8::10', prefix: 64 },
  ];
  expect(windows(card({ addresses }))).toEqual([]);
});

test('other systems have their addresses in their files, and nothing is set', () => {
  expect(macArguments({ system: 'other', cards: [card()], leftOut: 0 })).toEqual([]);
  expect(macArguments(null)).toEqual([]);
});
