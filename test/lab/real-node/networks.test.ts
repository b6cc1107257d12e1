import { freeNetworks } from '../../../lab/real-node/networks';

const HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const routes = (...lines: string[]) => [HEADER, ...lines, ''].join('\n');
const DEFAULT = 'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0';

test('a machine with a default route alone has every network', () => {
  const free = freeNetworks(routes(DEFAULT));
  expect(free).toHaveLength(192);
  expect(free[0]).toEqual({ index: 0, hostAddress: '198.18.0.1', nodeAddress: '198.18.0.2' });
});

test.each([
  [
    'one of these networks, as another node has it',
    'drover-node-0\t000012C6\t00000000\t0001\t0\t0\t0\tFCFFFFFF',
    1,
  ],
  ['a larger network around a block', 'tun0\t000012C6\t00000000\t0001\t0\t0\t0\t0000FEFF', 64],
  ['one host in a block', 'tun0\t020012C6\t00000000\t0005\t0\t0\t0\tFFFFFFFF', 1],
])('what a route leads into is not free: %s', (_, route, first) => {
  expect(freeNetworks(routes(DEFAULT, `${route}\t0\t0\t0`))[0]?.index).toBe(first);
});
