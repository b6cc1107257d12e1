import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptNetwork } from '../../activities/kubernetes/objects/kept-network';
import { readKeptNetwork } from '../../images/conversion/network/kept-network';
import type { FrozenNic } from '../../plan/frozen';
import { frozenVm } from '../support/frozen-vm';

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
  });
});

test('of a card on the Pod network no address is kept: that network gives one', () => {
  const vm = {
    ...frozenVm(),
    keepNetwork: true as const,
    nics: [{ ...CARD, network: { kind: 'pod' as const } }],
  };
  expect(keptNetwork(vm)?.cards).toEqual([
    { mac: '00:50:56:aa:00:01', pciSlot: 192, addresses: [], gateways: [], nameServers: [] },
  ]);
});

test('nothing is kept where the plan does not want it, or there is no card', () => {
  expect(keptNetwork({ ...frozenVm(), nics: [CARD] })).toBeNull();
  expect(keptNetwork({ ...frozenVm(), keepNetwork: true })).toBeNull();
  expect(readKeptNetwork(join(dir, 'is-not-there'))).toBeNull();
});

const SOUND = { mac: '00:50:56:aa:00:01', pciSlot: null, ...GUEST };

test.each([
  ['a system that is none', { system: 'dos', cards: [] }],
  ['no cards', { system: 'other' }],
  ['a MAC address with more behind it', { system: 'other', cards: [{ ...SOUND, mac: `${SOUND.mac},x` }] }],
  ['a gateway that is a name', { system: 'other', cards: [{ ...SOUND, gateways: ['router'] }] }],
  ['a name server with a zone', { system: 'other', cards: [{ ...SOUND, nameServers: ['fe80::1%eth0'] }] }],
  [
    'an address without a prefix',
    { system: 'other', cards: [{ ...SOUND, addresses: [{ address: '192.0.2.1' }] }] },
  ],
  ['nothing', null],
])('%s is refused', (_, content) => {
  expect(() => read(content)).toThrow('must say the system of the guest');
});
