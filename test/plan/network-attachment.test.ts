import fc from 'fast-check';
import { isDnsLabel, isDnsSubdomain } from '../../plan/names';
import { readAttachment } from '../../plan/network-attachment';
import { resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, inventory, manifestSet, nic, sentences, sourceVm, targetInventory } from './example';

const letters = fc.constantFrom('a', 'b', 'z', '0', '9', '-', '.');
const words = fc.string({ unit: letters, minLength: 1, maxLength: 20 });
const labels = words.filter(isDnsLabel);

test('both ways to write a network mean the same one', () => {
  fc.assert(
    fc.property(labels, words.filter(isDnsSubdomain), (namespace, name) => {
      const meant = { namespace, name };
      expect(readAttachment(meant)).toEqual(meant);
      expect(readAttachment({ namespace: '', name: `${namespace}/${name}` })).toEqual(meant);
      expect(readAttachment({ namespace, name: `${namespace}/${name}` })).toEqual(meant);
    }),
  );
});

const mapTo = (destination: object) => ({
  networkMap: { map: [{ source: { name: 'VM Network' }, destination: { type: 'multus', ...destination } }] },
});

test('a network in the form of Multus is that of its namespace', () => {
  const set = manifestSet({ plan: { vms: [{ name: 'web01' }] }, ...mapTo({ name: 'apps/backend' }) });
  const target = targetInventory({ networkAttachments: ['apps/backend'] });
  const { problems, vms } = resolvePlan(set, inventory({ vms: [sourceVm({ nics: [nic()] })] }), target);
  expect(problems).toEqual([]);
  expect(vms[0]?.nics[0]?.network).toEqual({ kind: 'multus', namespace: 'apps', name: 'backend' });
});

test.each([
  [
    { namespace: 'other', name: 'apps/backend' },
    '"apps/backend" is not in namespace "other", which is given, too',
  ],
  [{ name: 'a/b/c' }, 'is "a/b/c"; give the name of a NetworkAttachmentDefinition'],
  [{ name: 'Apps/backend' }, 'is "Apps/backend"; give the name of a NetworkAttachmentDefinition'],
  [{ name: '/backend' }, 'is "/backend"; give the name of a NetworkAttachmentDefinition'],
])('%j means no network, and is refused where it is written', (destination, sentence) => {
  const said = sentences(validateManifests(documents(mapTo(destination))).problems);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`NetworkMap/mtv/nets: spec.map[0].destination.name: ${sentence}`);
});
