/** Policies judge VMs as a vCenter has them: each with one trait, and one beside them without any. */
import { readPlanSource } from '../../../activities/vsphere/plan-source';
import { DEMO_INVENTORY } from '../../../lab/demo-inventory';
import type { DiskSpec, VcenterSpec, VmSpec } from '../../../lab/vcenter-spec';
import type { SourceInventory } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { manifestSet, targetInventory } from '../../plan/example';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const DISK: DiskSpec = { datastore: 'ssd-1', sizeMiB: 1, bus: 'scsi' };
const card = (mac: string, network = 'VM Network') => ({ network, mac: `00:50:56:30:00:${mac}` });

/** By policy what is other than with an ordinary VM. */
const TRAITS: Record<string, Partial<VmSpec>> = {
  tpm: { tpm: true, firmware: 'efi' },
  'no-tools': { tools: false },
  'guest-unknown': { guestId: 'freebsd13_64Guest' },
  'windows-legacy': { guestId: 'windows7_64Guest' },
  'fast-startup': { guestId: 'windows9_64Guest' },
  'shared-disk': { disks: [DISK, { ...DISK, shared: true }] },
  independent: { disks: [{ ...DISK, mode: 'independent_persistent' }] },
  'forgetful-disk': { disks: [{ ...DISK, mode: 'independent_nonpersistent' }] },
  'pod-network-twice': { nics: [card('f0'), card('f1')] },
  'mac-twice': { nics: [card('f2'), card('f2', 'backend')] },
  'name-changed': { name: 'Web_Server' },
  'changed-notes': { tags: [{ name: 'Cost Center' }] },
};

const ordinary = (changes: Partial<VmSpec>, index: number): VmSpec => ({
  name: `vm-${index}`,
  firmware: 'bios',
  cpus: 1,
  coresPerSocket: 1,
  memoryMiB: 64,
  guestId: 'debian12_64Guest',
  powerState: 'poweredOn',
  nics: [card(String(index).padStart(2, '0'))],
  disks: [DISK],
  ...changes,
});

const VMS = Object.values(TRAITS).map(ordinary);
const PLAIN = ordinary({ name: 'plain', tags: [{ name: 'plain', description: 'too' }] }, VMS.length);
const SPEC: VcenterSpec = { ...DEMO_INVENTORY, vms: [...VMS, PLAIN] };

let vcenter: VcenterFixture;
let source: SourceInventory;
beforeAll(async () => {
  vcenter = await startFixture(SPEC);
  source = await vcenter.pool.use(vcenter.source, (vim) =>
    readPlanSource(vim, (refs) => refs.map(({ moref }) => moref), { tags: true }),
  );
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

function policiesOf({ name }: VmSpec): string[] {
  const set = manifestSet({
    plan: { vms: [{ name }], tagMapping: {} },
    storageMap: { map: [{ source: { name: 'ssd-1' }, destination: { storageClass: 'fast-files' } }] },
    networkMap: {
      map: [
        { source: { name: 'VM Network' }, destination: { type: 'pod' } },
        { source: { name: 'backend' }, destination: { type: 'multus', name: 'backend' } },
      ],
    },
  });
  return resolvePlan(set, source, targetInventory()).problems.flatMap(({ policy }) => policy ?? []);
}

test.each(Object.keys(TRAITS).map((id, index) => [id, VMS[index]!] as const))(
  '%s is found of a VM of the vCenter, and nothing else',
  (id, vm) => {
    expect(policiesOf(vm)).toEqual([id]);
  },
);

test('nothing is found of a VM without any trait', () => {
  expect(policiesOf(PLAIN)).toEqual([]);
});
