/**
 * Objects as they come out of a cluster where Forklift and its console made them: `test/plan/exported` has one of each kind,
 * in every shape that asks for nothing. All pass; what asks for something that Drover does not do is refused by its name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { fieldNotes } from '../../plan/manifests/fields';
import { SCHEMAS } from '../../plan/manifests/kinds';
import { planSchema } from '../../plan/manifests/plan';
import { planVmSchema } from '../../plan/manifests/plan-vm';
import { refuses } from '../../plan/problem';
import { readManifests } from '../../plan/read-manifests';
import { resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import { inventory, sentences, targetInventory } from './example';

const BY_DHCP = {
  addresses: [{ address: '192.0.2.10', prefix: 24, by: 'dhcp' as const }],
  gateways: ['192.0.2.1'],
  nameServers: [],
};

type Tree = Record<string, unknown>;

const FOLDER = join(__dirname, 'exported');
const files = readdirSync(FOLDER).map((file) => ({ file, text: readFileSync(join(FOLDER, file), 'utf8') }));
const objects = () => files.map(({ text }) => parse(text) as Tree);
/** The plan asks that guests keep their network, so VMware Tools must say what each has: here, by DHCP. */
const RUNNING = Object.values(inventory().vms).map((vm) => ({
  ...vm,
  nics: vm.nics.map((nic) => ({ ...nic, guest: BY_DHCP })),
}));

test('the corpus has every kind that is read', () => {
  expect([...new Set(objects().map(({ kind }) => kind))].sort()).toEqual(Object.keys(SCHEMAS).sort());
});

test('the exported Plan sets every field of the API that Drover does not honour', () => {
  const { spec } = objects().find(({ kind }) => kind === 'Plan') as { spec: Tree & { vms: Tree[] } };
  const missing = (schema: Parameters<typeof fieldNotes>[0], object: Tree = {}) =>
    Object.keys(fieldNotes(schema).notHonoured).filter((field) => !Object.hasOwn(object, field));
  expect(missing(planSchema.shape.spec, spec)).toEqual([]);
  // Some of a VM's fields are the plan's, too, and are set there.
  const ofVm = missing(planVmSchema, spec.vms[0]);
  expect(ofVm.filter((field) => !Object.hasOwn(spec, field))).toEqual([]);
});

test.each([
  ['one by one', () => files.map(({ file, text }) => ({ file, text }))],
  [
    'as documents of one file',
    () => [{ file: 'all.yaml', text: files.map(({ text }) => text).join('---\n') }],
  ],
  [
    'as the List of `kubectl get -o yaml`',
    () => [
      {
        file: 'list.yaml',
        text: stringify({
          apiVersion: 'v1',
          items: objects(),
          kind: 'List',
          metadata: { resourceVersion: '' },
        }),
      },
    ],
  ],
  [
    'as JSON lists of each kind, as the API itself has them',
    () =>
      objects().map((object) => ({
        file: `${String(object.kind)}.json`,
        text: JSON.stringify({
          ...object,
          kind: `${String(object.kind)}List`,
          items: [object],
          metadata: { continue: '' },
        }),
      })),
  ],
])('exported objects are a plan that can be run: %s', (_, write) => {
  const read = readManifests(write());
  const { problems, set } = validateManifests(read.manifests);
  expect(read.problems).toEqual([]);
  expect(problems).toEqual([]);
  if (set === null) throw new Error('no plan was read');
  const resolved = resolvePlan(set, inventory({ vms: RUNNING }), targetInventory());
  expect(resolved.problems.filter(({ severity }) => severity !== 'information')).toEqual([]);
  expect(resolved.vms.map(({ targetName, startTarget }) => [targetName, startTarget])).toEqual([
    ['web01', true],
    ['db01', true],
  ]);
});

/** Sets one field of the exported object of a kind. */
function withField(kind: string, path: readonly (string | number)[], value: unknown): Tree[] {
  return objects().map((object) => {
    if (
      object.kind !== kind ||
      (kind === 'Provider' && object.spec && (object.spec as Tree).type !== 'vsphere')
    )
      return object;
    const parent = path.slice(0, -1).reduce<Tree>((at, key) => at[key] as Tree, object);
    parent[String(path.at(-1))] = value;
    return object;
  });
}

test.each<[string, (string | number)[], unknown]>([
  ['Provider', ['spec', 'settings', 'sdkEndpoint'], 'host'],
  ['Provider', ['spec', 'settings', 'useVddkAioOptimization'], 'yes'],
  ['Provider', ['spec', 'settings', 'vddkConfig'], 'vixDiskLib.linuxSSL.verifyCertificates=0'],
  ['StorageMap', ['spec', 'map', 1, 'offloadPlugin', 'vsphereXcopyConfig', 'storageVendorProduct'], 'ontap'],
  ['Plan', ['spec', 'warm'], true],
  ['Plan', ['spec', 'type'], 'warm'],
  ['Plan', ['spec', 'archived'], true],
  ['Plan', ['spec', 'diskBus'], 'ide'],
  ['Plan', ['spec', 'serviceAccount'], 'My Movers'],
  ['Plan', ['spec', 'transferNetwork'], { name: 'Fast Net', namespace: 'mtv' }],
  ['Plan', ['spec', 'tagMapping'], { disabled: false, labelTags: [''] }],
  ['Plan', ['spec', 'targetAffinity', 'podAffinity'], { preferred: [{ weight: 1 }] }],
  ['Plan', ['spec', 'customizationScripts', 'name'], 'My Scripts'],
  ['Host', ['spec', 'ipAddress'], 'https://192.0.2.11/'],
  ['Hook', ['spec', 'aap'], { jobTemplateId: 7 }],
  ['Plan', ['spec', 'vms', 0, 'luks', 'name'], 'My Keys'],
  ['Plan', ['spec', 'vms', 0, 'rootDisk'], '/dev/mapper/vg-root'],
])('%s %j that asks for something is refused by its name', (kind, path, value) => {
  const { problems } = validateManifests(withField(kind, path, value));
  const refused = problems.filter((problem) => refuses([problem]));
  expect(refused).toHaveLength(1);
  expect(refused[0]?.location.manifest).toMatch(new RegExp(`^${kind}/mtv/`));
  const [first, field] = path.filter((part) => typeof part === 'string').slice(-2);
  expect(refused[0]?.location.path).toMatch(new RegExp(`${field}|${first}`));
});

test('a source that only describes what it means names nothing', () => {
  const { problems } = validateManifests(
    withField('NetworkMap', ['spec', 'map', 0, 'source'], { type: 'pod', vlan: '120' }),
  );
  expect(sentences(problems)).toContain(
    'NetworkMap/mtv/nets: spec.map[0].source: names nothing; give id or name',
  );
});
