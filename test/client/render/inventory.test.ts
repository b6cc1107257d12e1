import { renderInventory } from '../../../client/render/inventory';

const LAN = { moref: 'network-21', name: 'VM Network', type: 'Network' };

test('networks are a plain table where vCenter lists all of them', () => {
  expect(renderInventory('networks', [LAN]).trimEnd().split('\n')).toHaveLength(2);
});

test('a network that only cards name is shown with them, and with the entry that maps it', () => {
  const onlyOn = '"Network adapter 2" of VM "web01" and 3 more';
  const gone = { moref: 'dvportgroup-99', name: 'dvportgroup-99', type: 'unlisted', onlyOn };
  const lines = renderInventory('networks', [LAN, gone]).split('\n');
  expect(lines[0]).toMatch(/^MOREF +NAME +TYPE +ONLY ON$/);
  expect(lines[2]).toMatch(
    /^dvportgroup-99 +dvportgroup-99 +unlisted +"Network adapter 2" of VM "web01" and 3 more$/,
  );
  expect(lines.slice(3).join(' ')).toContain('{source: {id: MOREF}, destination: {type: ignored}}');
});
