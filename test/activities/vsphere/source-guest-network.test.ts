import { withGuestNetwork } from '../../../activities/vsphere/source-guest-network';
import {
  guestCardSchema,
  MOST_ADDRESSES,
  MOST_GATEWAYS,
  MOST_NAME_SERVERS,
} from '../../../plan/guest-network';
import { nic } from '../../plan/example';

const MAC = '00:50:56:00:00:01';

const address = (ipAddress: unknown, prefixLength: unknown = '24', origin?: string) => ({
  ipAddress,
  prefixLength,
  ...(origin === undefined ? {} : { origin }),
});

function report(fields: Record<string, unknown>) {
  return { macAddress: MAC.toUpperCase(), connected: 'true', deviceConfigId: '4000', ...fields };
}

const route = (ipAddress: string, device = '0', network = '0.0.0.0', prefixLength = '0') => ({
  network,
  prefixLength,
  gateway: { ipAddress, device },
});

/** What is read of the one card, if Tools report this. */
function read(net: unknown, ipStack?: unknown) {
  const props = new Map<string, unknown>([['guest.net', { GuestNicInfo: net }]]);
  if (ipStack !== undefined) props.set('guest.ipStack', { GuestStackInfo: ipStack });
  const [card] = withGuestNetwork([nic()], {
    ref: { type: 'VirtualMachine', value: 'vm-1' },
    props,
    missing: new Map(),
  });
  return card?.guest;
}

test('a card has the addresses that Tools report of its MAC address, and who gave each where Tools say so', () => {
  const ipAddress = [
    address('192.0.2.10', '24', 'manual'),
    address('192.0.2.11', '24', 'dhcp'),
    address('2001:DB8::10', '64', 'linklayer'),
  ];
  expect(read(report({ ipConfig: { ipAddress } }))?.addresses).toEqual([
    { address: '192.0.2.10', prefix: 24, by: 'static' },
    { address: '192.0.2.11', prefix: 24, by: 'dhcp' },
    { address: '2001:db8::10', prefix: 64 },
  ]);
});

test('nothing is said of a card of which Tools report nothing', () => {
  const stack = { dnsConfig: { ipAddress: ['192.0.2.53'] } };
  expect(read(report({ macAddress: '00:50:56:00:00:99' }), stack)).toBeUndefined();
  expect(read(undefined)).toBeUndefined();
});

test('the address of a bond is that of its card: both have one MAC address', () => {
  const bond = report({ deviceConfigId: '-1', ipConfig: { ipAddress: address('192.0.2.10') } });
  expect(read([report({}), bond])?.addresses).toEqual([{ address: '192.0.2.10', prefix: 24 }]);
});

test('only default routes through the card itself are its gateways', () => {
  const ipRoute = [
    route('192.0.2.1'),
    route('198.51.100.1', '1'),
    route('192.0.2.9', '0', '203.0.113.0', '24'),
    route('2001:db8::1', '0', '::'),
    route('0.0.0.0'),
    { network: '0.0.0.0', prefixLength: '0', gateway: { device: '0' } },
  ];
  expect(read([report({})], [{ ipRouteConfig: { ipRoute } }])?.gateways).toEqual([
    '192.0.2.1',
    '2001:db8::1',
  ]);
});

test('its own name servers are preferred to those of the whole guest', () => {
  const stack = { dnsConfig: { dhcp: 'false', ipAddress: ['192.0.2.53', '192.0.2.54'] } };
  expect(read(report({}), stack)?.nameServers).toEqual(['192.0.2.53', '192.0.2.54']);
  expect(read(report({ dnsConfig: { ipAddress: '192.0.2.1' } }), stack)?.nameServers).toEqual(['192.0.2.1']);
});

test('addresses that a card gives itself are not kept', () => {
  const ipAddress = ['169.254.7.7', 'fe80::1', 'fe80::1%eth0', '127.0.0.1', '0.0.0.0'].map((one) =>
    address(one),
  );
  expect(read(report({ ipConfig: { ipAddress } }))).toBeUndefined();
});

describe('a guest that has Tools report what it likes', () => {
  test.each([
    ['words', '$(reboot)'],
    ['an argument', '192.0.2.10,192.0.2.1 --root'],
    ['an address with a zone that is a command', "192.0.2.10%';reboot"],
    ['a line break', '192.0.2.10\n192.0.2.11'],
    ['an object', { $value: 'x' }],
    ['nothing', undefined],
  ])('is not believed an address that is %s', (_, said) => {
    const card = read(report({ ipConfig: { ipAddress: address(said) }, dnsConfig: { ipAddress: [said] } }), {
      ipRouteConfig: {
        ipRoute: [{ network: '0.0.0.0', prefixLength: '0', gateway: { ipAddress: said, device: '0' } }],
      },
    });
    const kept = [...(card?.addresses.map((one) => one.address) ?? []), ...(card?.gateways ?? [])];
    expect([...kept, ...(card?.nameServers ?? [])].filter((one) => !/^192\.0\.2\.10$/.test(one))).toEqual([]);
    expect(card === undefined || guestCardSchema.safeParse(card).success).toBe(true);
  });

  test.each([['-1'], ['33'], ['129'], ['many'], [undefined]])('is not believed the prefix %s', (prefix) => {
    const config = { ipAddress: address('192.0.2.10', prefix === undefined ? null : prefix) };
    expect(read(report({ ipConfig: config }))).toBeUndefined();
  });

  test('fills no more than a card has room for', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`).slice(1);
    const card = read(
      Array.from({ length: 500 }, () =>
        report({ ipConfig: { ipAddress: many.map((one) => address(one)) }, dnsConfig: { ipAddress: many } }),
      ),
      { ipRouteConfig: { ipRoute: many.map((one) => route(one)) } },
    );
    expect(card?.addresses).toHaveLength(MOST_ADDRESSES);
    expect(card?.gateways).toHaveLength(MOST_GATEWAYS);
    expect(card?.nameServers).toHaveLength(MOST_NAME_SERVERS);
  });
});
