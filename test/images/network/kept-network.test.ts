import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptNetwork } from '../../../activities/kubernetes/objects/kept-network';
import { readKeptNetwork } from '../../../images/conversion/network/kept-network';
import type { FrozenNic } from '../../../plan/frozen';
import { frozenVm } from '../../support/frozen-vm';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-network-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function read(content: unknown) {
  const file = join(dir, 'network.json');
  writeFileSync(file, JSON.stringify(content));
  return readKeptNetwork(file);
}

const GUEST = {
  addresses: [{ address: '192.0.2.10', prefix: 24, by: 'static' as const }],
  gateways: ['192.0.2.1'],
  nameServers: ['2001:db8::53'],
};
const CARD: FrozenNic = {
  key: 4000,
  macAddress: '00:50:56:AA:00:01',
  connected: true,
  sourceNetwork: 'backend',
  network: { kind: 'multus', namespace: 'migrated', name: 'backend' },
  pciSlot: 192,
  guest: GUEST,
};

test('the conversion reads what the worker has written for it', () => {
  const vm = {
    ...frozenVm(),
    keepNetwork: true as const,
    nics: [CARD, { ...CARD, key: 4001, guest: undefined }],
  };
  vm.hardware.guestId = 'windows2019srv_64Guest';
  const nothing = { addresses: [], gateways: [], nameServers: [] };
  const mac = '00:50:56:aa:00:01';
  expect(read(keptNetwork(vm))).toEqual({
    system: 'windows',
    cards: [
      { mac, pciSlot: 192, ...GUEST },
      { mac, pciSlot: 192, ...nothing },
    ],
    leftOut: 0,
  });
});

test('on a card of Windows on the Pod network nothing is set: that network gives an address', () => {
  const vm = {
    ...frozenVm(),
    keepNetwork: true as const,
    nics: [{ ...CARD, network: { kind: 'pod' as const } }],
  };
  const [mac, pciSlot] = ['00:50:56:aa:00:01', 192];
  expect(keptNetwork(vm)?.cards).toEqual([{ mac, pciSlot, ...GUEST }]);
  vm.hardware.guestId = 'windows2019srv_64Guest';
  expect(keptNetwork(vm)?.cards).toEqual([{ mac, pciSlot, addresses: [], gateways: [], nameServers: [] }]);
});

test('cards that the target does not have are counted: a name may be that of one of them', () => {
  const leftOut = { nics: [{ key: 4001, sourceNetwork: 'backup' }] };
  expect(keptNetwork({ ...frozenVm(), keepNetwork: true, nics: [CARD], leftOut })?.leftOut).toBe(1);
});

test('nothing is kept where the plan does not want it, or there is no card', () => {
  expect(keptNetwork({ ...frozenVm(), nics: [CARD] })).toBeNull();
  expect(keptNetwork({ ...frozenVm(), keepNetwork: true })).toBeNull();
  expect(readKeptNetwork(join(dir, 'is-not-there'))).toBeNull();
});

const SOUND = { mac: '00:50:56:aa:00:01', pciSlot: null, ...GUEST };

test.each([
  ['a system that is none', { system: 'dos', cards: [], leftOut: 0 }],
  ['no number of cards left out', { system: 'other', cards: [] }],
  ['no cards', { system: 'other', leftOut: 0 }],
  [
    'a MAC address with more behind it',
    { system: 'other', cards: [{ ...SOUND, mac: `${SOUND.mac},x` }], leftOut: 0 },
  ],
  ['a gateway that is a name', { system: 'other', cards: [{ ...SOUND, gateways: ['router'] }], leftOut: 0 }],
  [
    'a name server with a zone',
    { system: 'other', cards: [{ ...SOUND, nameServers: ['fe80::1%eth0'] }], leftOut: 0 },
  ],
  [
    'an address without a prefix',
    { system: 'other', cards: [{ ...SOUND, addresses: [{ address: '192.0.2.1' }] }], leftOut: 0 },
  ],
  ['nothing', null],
])('%s is refused', (_, content) => {
  expect(() => read(content)).toThrow('must say the system of the guest');
});
