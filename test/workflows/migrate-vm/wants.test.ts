import type { FrozenDisk } from '../../../plan/frozen';
import { wantOfConversion, wantOfDisk } from '../../../workflows/migrate-vm/wants';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';

const VM = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
const [IMPORTED, BY_ARRAY] = VM.disks as [FrozenDisk, FrozenDisk];
const CONNECTION = {
  vcenterUrl: 'https://vcenter.example.com/sdk',
  vcenterThumbprint: '',
  hostUrl: 'https://esx-1.example.com',
  hostThumbprint: null,
};

test('an import needs its host, its vCenter, its datastore and its storage class', () => {
  expect(wantOfDisk(VM, IMPORTED, CONNECTION)).toEqual({
    key: `disk-${IMPORTED.key}`,
    needs: [
      `host/${VM.vcenterUuid}/esx-1.example.com`,
      `vcenter/${VM.vcenterUuid}`,
      `datastore/${VM.vcenterUuid}/ssd-1`,
      'storage-class/own/fast-block',
    ],
    seconds: null,
    bytes: IMPORTED.capacityBytes,
  });
});

test('a copy inside an array needs its plugin, whatever its tag, and no host', () => {
  const { needs } = wantOfDisk(VM, BY_ARRAY, CONNECTION);
  expect(needs[0]).toBe('plugin/lab.drover.dev/offload-plugin');
  expect(needs.filter((need) => /^(host|vcenter)\//.test(need))).toEqual([]);
});

test('a datastore is known by its id, where it has one: a new name makes it no other', () => {
  const renamed = { ...IMPORTED, datastoreId: 'datastore-7', datastore: 'flash-1' };
  expect(wantOfDisk(VM, renamed, CONNECTION).needs).toContain(`datastore/${VM.vcenterUuid}/datastore-7`);
});

test('a conversion needs the cluster that it runs in', () => {
  expect(wantOfConversion(VM).needs).toEqual(['conversions/own']);
  const elsewhere = { ...VM, target: { ...VM.target, url: 'https://api.example.com:6443' } };
  expect(wantOfConversion(elsewhere).needs).toEqual(['conversions/https://api.example.com:6443']);
});
