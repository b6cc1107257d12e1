import { targetCards } from '../../../../activities/kubernetes/target/target-cards';
import type { VirtualMachine } from '../../../../activities/kubernetes/api/kinds';

function machine(macAddress: string | undefined, metadata: VirtualMachine['metadata'] = {}): VirtualMachine {
  const interfaces = [{ name: 'nic-0', bridge: {}, ...(macAddress !== undefined && { macAddress }) }];
  return {
    metadata: { name: 'old', namespace: 'migrated', ...metadata },
    spec: { template: { spec: { domain: { devices: { interfaces } } } } },
  };
}

test.each(['00:50:56:AA:00:01', '00-50-56-aa-00-01'])('a card is known by its address, written %s', (mac) => {
  expect(targetCards([machine(mac)])).toEqual([
    { macAddress: '00:50:56:aa:00:01', machine: 'migrated/old', source: null },
  ]);
});

test('a card of a target of ours says which VM that was', () => {
  const labels = { 'drover.dev/vm': 'vm-42', 'drover.dev/vcenter': 'a-vcenter' };
  expect(targetCards([machine('00:50:56:aa:00:01', { labels })])[0]?.source).toEqual({
    moref: 'vm-42',
    vcenterUuid: 'a-vcenter',
  });
});

test('a card without an address, a VirtualMachine without cards and one that is going have none', () => {
  const bare: VirtualMachine = { metadata: {}, spec: { template: {} } };
  const going = machine('00:50:56:aa:00:01', { deletionTimestamp: '2026-03-01T10:00:00Z' });
  expect(targetCards([machine(undefined), bare, going])).toEqual([]);
});
