import type { VirtualMachineInstance } from '../../../../activities/kubernetes/api/kinds';
import {
  addressGaps,
  describeGaps,
  describeKept,
} from '../../../../activities/kubernetes/machine/kept-addresses';

type Interface = NonNullable<NonNullable<VirtualMachineInstance['status']>['interfaces']>[number];

const MAC = '00:50:56:00:00:0A';
const BY_AGENT = 'domain, guest-agent, multus-status';

function gaps(interfaces: Interface[], addresses = ['192.0.2.10'], macAddress = MAC) {
  const instance = { spec: { domain: { devices: {} } }, status: { interfaces } };
  return addressGaps(instance, [{ macAddress, addresses }]);
}

test('a card has its addresses, whoever writes its MAC address and them in another form', () => {
  const ipAddresses = ['fe80::1', '2001:DB8:0::10', '192.0.2.10'];
  const card = { mac: '00-50-56-00-00-0a', infoSource: BY_AGENT, ipAddress: '192.0.2.10', ipAddresses };
  expect(gaps([card], ['192.0.2.10', '2001:db8::10'])).toEqual([]);
});

test('an address of another card does not count', () => {
  const other = { mac: '00:50:56:00:00:0b', infoSource: BY_AGENT, ipAddresses: ['192.0.2.10'] };
  expect(gaps([other])).toEqual([{ macAddress: MAC, missing: ['192.0.2.10'], found: [] }]);
});

test('an address that KubeVirt knows from the Pod, without the agent, does not count', () => {
  expect(gaps([{ mac: MAC, infoSource: 'domain', ipAddresses: ['192.0.2.10'] }])).toHaveLength(1);
});

test('what is no address is neither counted nor shown', () => {
  const ipAddresses = ['192.0.2.10/24', '\u001b[2Jdone', '10.0.2.15'];
  const [gap] = gaps([{ mac: MAC, infoSource: BY_AGENT, ipAddress: 'login: ', ipAddresses }]);
  expect(gap).toEqual({ macAddress: MAC, missing: ['192.0.2.10'], found: ['10.0.2.15'] });
});

test('people read per card what was expected, and what is there', () => {
  const gap = { macAddress: MAC, missing: ['192.0.2.10'], found: ['10.0.2.15'] };
  const bare = { macAddress: '00:50:56:00:00:0b', missing: ['192.0.2.20', '192.0.2.21'], found: [] };
  expect(describeGaps([gap, bare])).toBe(
    `card ${MAC} lacks 192.0.2.10: the guest agent reports 10.0.2.15, card 00:50:56:00:00:0b lacks 192.0.2.20, 192.0.2.21: the guest agent reports no address of it`,
  );
});

test('however many addresses a guest reports, a sentence stays short', () => {
  const ipAddresses = Array.from({ length: 5_000 }, (_, number) => `10.1.${number >> 8}.${number & 255}`);
  const words = describeGaps(gaps([{ mac: MAC, infoSource: BY_AGENT, ipAddresses }]));
  expect(words).toMatch(/reports 10\.1\.0\.0, .+ and 4996 more$/);
  expect(words.length).toBeLessThan(200);
});

test('what was proven is said for each card', () => {
  expect(describeKept([{ macAddress: MAC, addresses: ['192.0.2.10', '2001:db8::10'] }])).toBe(
    `the guest agent reports 192.0.2.10, 2001:db8::10 of card ${MAC}`,
  );
});
