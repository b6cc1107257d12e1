import { renderGuestNetwork } from '../../../client/render/guest-network';
import type { FrozenNic, FrozenVm } from '../../../plan/frozen';
import { frozenVm } from '../../support/frozen-vm';

const CARD: FrozenNic = {
  key: 4000,
  macAddress: '00:50:56:00:00:01',
  connected: true,
  sourceNetwork: 'backend',
  network: { kind: 'multus', namespace: 'migrated', name: 'backend' },
};

function guest(by?: 'static' | 'dhcp'): FrozenNic['guest'] {
  const address = { address: '192.0.2.10', prefix: 24, ...(by && { by }) };
  return { addresses: [address], gateways: ['192.0.2.1'], nameServers: ['192.0.2.53'] };
}

function shown(guestId: string, card: Partial<FrozenNic>, vm: Partial<FrozenVm> = {}): string {
  const frozen = frozenVm();
  const hardware = { ...frozen.hardware, guestId };
  return renderGuestNetwork([
    { ...frozen, keepNetwork: true, hardware, nics: [{ ...CARD, ...card }], ...vm },
  ]);
}

const WINDOWS = 'windows2019srv_64Guest';

test('a card is shown with what Tools report of it, and with what becomes of it', () => {
  const text = shown(WINDOWS, { guest: guest('static') });
  const [head = '', row = ''] = text.trim().split('\n');
  expect(head).toMatch(/^VM +CARD +NETWORK +ADDRESSES +GATEWAY +DNS +THE GUEST KEEPS$/);
  for (const part of [
    CARD.macAddress,
    'migrated/backend',
    '192.0.2.10/24 (static)',
    '192.0.2.1',
    '192.0.2.53',
  ]) {
    expect(row).toContain(part);
  }
});

test.each<[string, string, Partial<FrozenNic>, string]>([
  [
    'static addresses of Windows',
    WINDOWS,
    { guest: guest('static') },
    'its static addresses: set at the first boot',
  ],
  ['Linux', 'debian12_64Guest', { guest: guest() }, 'its name, if a file has it: bound to the MAC address'],
  ['Windows with DHCP', WINDOWS, { guest: guest('dhcp') }, 'DHCP, with its MAC address'],
  ['Windows of which Tools say nothing', WINDOWS, {}, 'not known: VMware Tools report no address'],
  [
    'the Pod network',
    WINDOWS,
    { network: { kind: 'pod' }, guest: guest('static') },
    'the Pod network gives one',
  ],
])('%s', (_, guestId, card, kept) => {
  expect(shown(guestId, card)).toContain(kept);
});

test('a plan that keeps nothing says so', () => {
  expect(shown(WINDOWS, { guest: guest('static') }, { keepNetwork: undefined })).toContain(
    'Drover changes nothing',
  );
  expect(shown(WINDOWS, {}, { conversion: null })).toContain('Drover changes nothing');
});

test('addresses that the target is proven by are shown where the plan verifies it by its network', () => {
  const verify = { by: 'network', timeoutSeconds: 60 } as const;
  const policy = { ...frozenVm().policy, verify };
  const [head = '', row = ''] = shown('debian12_64Guest', { guest: guest() }, { policy }).trim().split('\n');
  expect(head).toMatch(/THE GUEST KEEPS +PROVEN AFTER THE START$/);
  expect(row).toMatch(/ 192\.0\.2\.10$/);
  expect(shown('debian12_64Guest', { guest: guest('dhcp') }, { policy })).toMatch(/ -$/m);
});

test('nothing is shown where no VM has a card', () => {
  expect(renderGuestNetwork([frozenVm()])).toBe('');
});
