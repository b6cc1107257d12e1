import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { DEMO_INVENTORY } from '../../lab/demo-inventory';
import { writeExampleManifests } from '../../lab/example-manifests';
import { validateManifests } from '../../plan/validate-manifests';

const dir = mkdtempSync(join(tmpdir(), 'drover-manifests-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeAll(() =>
  writeExampleManifests(dir, {
    VCENTER_URL: 'https://127.0.0.1:8989/sdk',
    ARRAY_URL: 'http://127.0.0.1:8990',
    REGISTRY: '127.0.0.1:8991',
  }),
);

const SHARED = ['providers.yaml', 'storagemap.yaml', 'networkmap.yaml'];

const REAL_NODE = ['providers.yaml', 'storagemap-real-node.yaml', 'networkmap.yaml'];

const read = (file: string): unknown[] =>
  parseAllDocuments(readFileSync(join(dir, file), 'utf8')).map((document) => document.toJS() as unknown);

test.each(['plan.yaml', 'appliance.yaml', 'guests.yaml'])(
  '%s is a valid plan with the maps and Providers beside it',
  (file) => {
    const { set, problems } = validateManifests([...SHARED, file].flatMap(read));
    expect(problems).toEqual([]);
    expect(set?.source.spec.url).toBe('https://127.0.0.1:8989/sdk');
  },
);

test.each(['plan.yaml', 'appliance.yaml'])('%s is valid with the maps for a real node, too', (file) => {
  const { set, problems } = validateManifests([...REAL_NODE, file].flatMap(read));
  expect(problems).toEqual([]);
  const datastores = (map: { source: { name?: string } }[] = []) =>
    map.map(({ source }) => source.name).sort();
  expect(datastores(set?.storageMap.spec.map)).toEqual([...DEMO_INVENTORY.datastores].sort());
});

test('the examples move every VM of the demo, and map every datastore and network', () => {
  const sets = ['plan.yaml', 'appliance.yaml'].map(
    (file) => validateManifests([...SHARED, file].flatMap(read)).set,
  );
  const vms = sets.flatMap((set) => set?.plan.spec.vms ?? []);
  expect(vms.map(({ name }) => name).sort()).toEqual(DEMO_INVENTORY.vms.map(({ name }) => name).sort());
  const sources = (map: { source: { name?: string } }[] = []) => map.map(({ source }) => source.name).sort();
  expect(sources(sets[0]?.storageMap.spec.map)).toEqual([...DEMO_INVENTORY.datastores].sort());
  expect(sources(sets[0]?.networkMap.spec.map)).toEqual(
    DEMO_INVENTORY.networks.map(({ name }) => name).sort(),
  );
});

test('no placeholder is left, and every example belongs to one of the plans', () => {
  const files = readdirSync(dir);
  const known = [...new Set([...SHARED, ...REAL_NODE, 'plan.yaml', 'appliance.yaml', 'guests.yaml'])];
  expect(files.sort()).toEqual(known.sort());
  expect(files.filter((file) => readFileSync(join(dir, file), 'utf8').includes('${'))).toEqual([]);
});

test('a lab without the VMs of an example does not show it', () => {
  const fewer = mkdtempSync(join(tmpdir(), 'drover-manifests-'));
  writeExampleManifests(
    fewer,
    { VCENTER_URL: 'a', ARRAY_URL: 'b', REGISTRY: 'c' },
    { without: ['guests.yaml'] },
  );
  expect(readdirSync(fewer)).not.toContain('guests.yaml');
  rmSync(fewer, { recursive: true });
});
