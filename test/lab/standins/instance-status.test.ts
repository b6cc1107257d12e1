/** What KubeVirt's stand-in shows of a machine's cards, as the original does (kubevirt 1.6.0, pkg/network/setup/netstat.go). */
import type { GuestInterface } from '../../../lab/standins/kubevirt/guest-agent';
import { guestAddress } from '../../../lab/standins/kubevirt/loopback-addresses';
import { instanceState } from '../../../lab/standins/kubevirt/instance-status';

const RUNNING = { ready: true, phase: 'Running', trouble: null } as never;
const [FIRST, SECOND] = ['00:50:56:00:00:0A', '00:50:56:00:00:0b'];

function cards(interfaces: GuestInterface[] | null) {
  const instance = {
    metadata: { name: 'web', uid: 'uid' },
    spec: {
      domain: {
        devices: {
          interfaces: [
            { name: 'nic-0', masquerade: {}, macAddress: FIRST },
            { name: 'nic-1', bridge: {}, macAddress: SECOND },
          ],
        },
      },
      networks: [
        { name: 'nic-0', pod: {} },
        { name: 'nic-1', multus: { networkName: 'backend' } },
      ],
    },
  };
  const agent = interfaces === null ? null : { os: null, interfaces };
  return instanceState(instance as never, {}, { launcher: RUNNING, agent }).interfaces;
}

function report(name: string, mac: string, ...addresses: string[]): GuestInterface {
  return {
    name,
    'hardware-address': mac,
    'ip-addresses': addresses.map((address) => ({
      'ip-address': address,
      'ip-address-type': address.includes(':') ? 'ipv6' : 'ipv4',
      prefix: 24,
    })),
  };
}

const POD = { ipAddress: guestAddress('uid'), ipAddresses: [guestAddress('uid')] };

test('without an agent there are the addresses of the Pod, and no others', () => {
  expect(cards(null)).toEqual([
    { name: 'nic-0', mac: '00:50:56:00:00:0a', infoSource: 'domain', ...POD },
    { name: 'nic-1', mac: '00:50:56:00:00:0b', infoSource: 'domain, multus-status' },
  ]);
});

test('a card has the addresses that its guest reports, but not behind an address translation', () => {
  const [first, second] = cards([
    report('lo', '00:00:00:00:00:00', '127.0.0.1'),
    report('ens1', FIRST.toLowerCase(), '10.0.2.2'),
    report('ens2', SECOND, 'fe80::1', '192.0.2.10'),
  ]);
  expect(first).toMatchObject({ infoSource: 'domain, guest-agent', interfaceName: 'ens1', ...POD });
  expect(second).toMatchObject({
    infoSource: 'domain, guest-agent, multus-status',
    interfaceName: 'ens2',
    ipAddress: '192.0.2.10',
    ipAddresses: ['fe80::1', '192.0.2.10'],
  });
});

test('of interfaces with one MAC address the last one counts, and others of the guest are shown, too', () => {
  const [, second, third, ...more] = cards([
    report('ens2', SECOND),
    report('bond0', SECOND, '192.0.2.10'),
    report('docker0', '02:42:00:00:00:01', '172.17.0.1'),
  ]);
  expect(second).toMatchObject({ interfaceName: 'bond0', ipAddresses: ['192.0.2.10'] });
  expect(third).toEqual({
    infoSource: 'guest-agent',
    interfaceName: 'docker0',
    ipAddress: '172.17.0.1',
    ipAddresses: ['172.17.0.1'],
    mac: '02:42:00:00:00:01',
  });
  expect(more).toEqual([]);
});
