/** Tags and custom attributes as a vCenter has them, over both of its APIs. */
import { readNotes } from '../../../activities/vsphere/source-notes';
import { readPlanSource } from '../../../activities/vsphere/plan-source';
import { DEMO_INVENTORY } from '../../../lab/demo-inventory';
import type { VcenterSpec, VmSpec } from '../../../lab/vcenter-spec';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const OWNER = { name: 'owner', description: 'platform-team' };
const vm = (name: string, changes: Partial<VmSpec> = {}): VmSpec => ({
  name,
  firmware: 'bios',
  cpus: 1,
  coresPerSocket: 1,
  memoryMiB: 64,
  guestId: 'debian12_64Guest',
  powerState: 'poweredOff',
  nics: [],
  disks: [{ datastore: 'ssd-1', sizeMiB: 1, bus: 'scsi' }],
  ...changes,
});
const SPEC: VcenterSpec = {
  ...DEMO_INVENTORY,
  vms: [
    vm('tagged', {
      tags: [OWNER, { name: 'Production' }],
      attributes: [{ name: 'Backup Plan', value: 'daily' }],
    }),
    vm('other', { tags: [OWNER], attributes: [{ name: 'app', value: 'x' }] }),
    vm('bare'),
  ],
};

let vcenter: VcenterFixture;
beforeAll(async () => {
  vcenter = await startFixture(SPEC);
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

const read = (morefs: string[], tags = true) =>
  vcenter.pool.use(vcenter.source, (vim) => readNotes(vim, morefs, { tags }));

test('each VM has its own, and one that is asked for and gone has none', async () => {
  const [tagged, other, bare] = await Promise.all(SPEC.vms.map(({ name }) => vcenter.moref(name)));
  const notes = await read([tagged!, other!, bare!, 'vm-99999']);
  expect(notes.fault).toBeNull();
  const sorted = [...(notes.tags[tagged!] ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(sorted).toEqual([
    { name: 'Production', value: '' },
    { name: 'owner', value: 'platform-team' },
  ]);
  expect(notes.tags[other!]).toEqual([{ name: 'owner', value: 'platform-team' }]);
  expect(notes.attributes).toEqual({
    [tagged!]: [{ name: 'Backup Plan', value: 'daily' }],
    [other!]: [{ name: 'app', value: 'x' }],
    [bare!]: [],
  });
});

test('a plan that wants no tags asks for attributes alone, and one that wants neither for nothing', async () => {
  const tagged = await vcenter.moref('tagged');
  const { attributes, ...others } = await read([tagged], false);
  expect(others).toEqual({ tags: {}, fault: null });
  expect(attributes[tagged]).toHaveLength(1);
  const source = await vcenter.pool.use(vcenter.source, (vim) => readPlanSource(vim, () => [tagged]));
  expect(source).not.toHaveProperty('notes');
});
