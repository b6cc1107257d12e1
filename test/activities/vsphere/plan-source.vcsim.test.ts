/** What a plan asks of its vCenter, and how often. */
import { readPlanSource } from '../../../activities/vsphere/plan-source';
import type { Vim } from '../../../activities/vsphere/session';
import { bulkInventory, bulkName } from '../../../lab/demo-inventory';
import type { VcenterSpec } from '../../../lab/vcenter-spec';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const COUNT = 500;
const MOST_CALLS = 20;

const BULK = bulkInventory(COUNT, 1, 1);
const SPEC: VcenterSpec = {
  ...BULK,
  vms: BULK.vms.map((vm, index) => (index === 0 ? { ...vm, powerState: 'poweredOn' } : vm)),
};

let vcenter: VcenterFixture;
beforeAll(async () => {
  vcenter = await startFixture(SPEC);
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

test(`${COUNT} VMs are read in full, with all around them, in fewer than ${MOST_CALLS} calls`, async () => {
  const calls: string[] = [];
  const source = await vcenter.pool.use(vcenter.source, (vim) => {
    const counted: Vim = {
      ...vim,
      call: (operation, ...rest) => {
        calls.push(operation);
        return vim.call(operation, ...rest);
      },
    };
    return readPlanSource(counted, (refs) => refs.map(({ moref }) => moref));
  });
  expect(Object.keys(source.vms)).toHaveLength(COUNT);
  expect(source.datastores.map(({ name }) => name)).toEqual(SPEC.datastores);
  expect(source.hosts.map(({ name }) => name)).toEqual(SPEC.hosts);
  expect(source.networks.map(({ name }) => name)).toEqual(['VM Network', 'backend']);
  expect(source.lacking.size).toBe(COUNT);
  expect([...source.lacking.values()].flat()).toEqual([]);
  expect(source.skewSeconds).toBe(0);
  expect(calls.length).toBeLessThan(MOST_CALLS);
});

test('VMware Tools report the host name of a guest that runs, and of no other', async () => {
  const { vms } = await vcenter.pool.use(vcenter.source, (vim) =>
    readPlanSource(vim, (refs) => refs.map(({ moref }) => moref)),
  );
  const names = Object.values(vms).map(({ name, guest }) => [name, guest.hostName]);
  expect(names.filter(([, hostName]) => hostName !== null)).toEqual([[bulkName(1), bulkName(1)]]);
});
