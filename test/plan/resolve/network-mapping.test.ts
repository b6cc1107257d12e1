import { parse } from 'yaml';
import type { SourceNic } from '../../../plan/inventory';
import { refuses } from '../../../plan/problem';
import { resolvePlan } from '../../../plan/resolve';
import { inventory, manifestSet, nic, sentences, sourceVm, targetInventory } from '../example';

const ONE = { vms: [{ name: 'web01' }] };
const POD = { source: { name: 'VM Network' }, destination: { type: 'pod' } };

function resolveOn(network: SourceNic['network'], entries: object[]) {
  const nics = [
    nic(),
    nic({ key: 4001, label: 'Network adapter 2', macAddress: '00:50:56:00:00:02', network }),
  ];
  const set = manifestSet({ plan: ONE, networkMap: { map: [POD, ...entries] } });
  return resolvePlan(set, inventory({ vms: [sourceVm({ nics })] }), targetInventory());
}

/** As `activities/vsphere` names what vCenter no longer lists, or never listed. */
const UNLISTED: [string, SourceNic['network']][] = [
  ['a port group that is gone', { moref: 'dvportgroup-99', name: 'dvportgroup-99' }],
  ['a standard network that is gone', { moref: 'old: "net", 10.1', name: 'old: "net", 10.1' }],
  ['no network at all', { moref: 'no network', name: 'no network' }],
  ['a network that is not for us to list', { moref: 'network-66', name: 'DMZ' }],
  ['a network named like a number', { moref: '0777', name: '0777' }],
  ['a network named like nothing', { moref: 'null', name: 'null' }],
];

test.each(UNLISTED)('the entry that an error proposes maps a card on %s', (_, network) => {
  const { problems } = resolveOn(network, []);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.found).toContain(`network "${network.name}" (${network.moref}) is not mapped`);
  const [proposed = ''] = /\{source: .*\{type: ignored\}\}/.exec(problems[0]?.remedy ?? '') ?? [];

  const again = resolveOn(network, [parse(proposed) as object]);

  expect(again.problems).toEqual([]);
  expect(again.vms[0]?.nics).toHaveLength(1);
  expect(again.vms[0]?.leftOut).toEqual({
    nics: [{ key: 4001, sourceNetwork: network.name, sourceNetworkId: network.moref }],
  });
});

test.each(UNLISTED)(
  'a card on %s can be put on a network of the target, by id or name',
  (_, { moref, name }) => {
    for (const source of [{ id: moref }, { name }]) {
      const { problems, vms } = resolveOn({ moref, name }, [
        { source, destination: { type: 'multus', name: 'backend' } },
      ]);
      expect(problems).toEqual([]);
      expect(vms[0]?.nics[1]).toMatchObject({ key: 4001, network: { kind: 'multus', name: 'backend' } });
    }
  },
);

test('a network that is gone and one that is there may share a name: the id tells them apart', () => {
  const gone = { moref: 'backend', name: 'backend' };
  const by = (source: object) => resolveOn(gone, [{ source, destination: { type: 'ignored' } }]);
  expect(by({ id: 'backend' }).problems).toEqual([]);
  expect(sentences(by({ name: 'backend' }).problems)[0]).toBe(
    'NetworkMap/mtv/nets: spec.map[1].source.name: 2 networks go by "backend"; give the id of one of: backend, network-22',
  );
});

test('an entry that ignores a network on which no card of these VMs is refuses nothing', () => {
  const entry = { source: { name: 'torn down' }, destination: { type: 'ignored' } };
  const set = manifestSet({ plan: ONE, networkMap: { map: [POD, entry] } });
  const { problems, vms } = resolvePlan(set, inventory({ vms: [sourceVm()] }), targetInventory());
  expect(refuses(problems)).toBe(false);
  expect(sentences(problems)).toEqual([
    'NetworkMap/mtv/nets: spec.map[1].source.name: no network is named "torn down"; see `drover inventory networks`',
  ]);
  expect(vms).toHaveLength(1);
});
