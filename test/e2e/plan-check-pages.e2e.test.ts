/** A plan whose check comes in several pages: all of it is read once, and no message is near what Temporal takes. */
import { readFileSync } from 'node:fs';
import { ApiClient } from '../../activities/kubernetes/api/api-client';
import { PODS } from '../../activities/kubernetes/api/kinds';
import { loadCluster } from '../../lab/apply';
import { bulkPlan } from '../../lab/bench/bulk-plan';
import { countRequests, type RequestCount } from '../../lab/bench/audit';
import { bulkInventory, bulkName } from '../../lab/demo-inventory';
import { labImage } from '../../lab/lab-images';
import { eventually } from '../support/eventually';
import { startWholeLab, type WholeLab } from '../support/whole-lab';

const VMS = 300;
const MIB = 2 ** 20;

let whole: WholeLab;

beforeAll(async () => {
  whole = await startWholeLab({ inventory: bulkInventory(VMS, 2, 1) });
}, 240_000);
afterAll(() => whole.stop());

function check(onPage: (checked: number) => void) {
  const { vcenter, registry } = whole.lab.state;
  const manifests = bulkPlan({
    name: 'large',
    vcenterUrl: vcenter.url,
    vms: Array.from({ length: VMS }, (_, index) => bulkName(index + 1)),
    storage: [{ datastore: 'ssd-1', storageClass: 'fast-block' }],
    conversionImage: labImage(registry, 'conversion'),
    maxConcurrentVms: 10,
  });
  return whole.drover.checkPlan(manifests, { onPage });
}

/** Of one check. The audit log is written in batches, in order: with a request of our own all before it is there. */
async function requestsOf(name: string, onPage = (_: number): void => undefined) {
  const { auditLog, kubeconfig } = whole.lab.state;
  const from = new Date();
  const result = await check(onPage);
  const to = new Date();
  const admin = new ApiClient(loadCluster(kubeconfig));
  await admin.find(PODS, { namespace: 'migrated', name: `mark-${name}` });
  admin.close();
  await eventually(() => readFileSync(auditLog, 'utf8').includes(`mark-${name}`));
  const { byKind }: RequestCount = await countRequests(auditLog, { from, to });
  return { result, byKind };
}

/** Bytes of each event of the histories of all checks. */
async function eventSizes(): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { workflowId } of whole.temporal.workflow.list({ query: "WorkflowType = 'checkPlan'" })) {
    const { events } = await whole.temporal.workflow.getHandle(workflowId).fetchHistory();
    sizes.push(...(events ?? []).map((event) => JSON.stringify(event).length));
  }
  return sizes;
}

test('source and target are read once for all pages, and each message is below 1 MiB', async () => {
  const pages: number[] = [];
  const { result, byKind } = await requestsOf('first', (checked) => pages.push(checked));
  const { vms, problems, total } = result;

  expect(problems).toEqual([]);
  expect(total).toBe(VMS);
  expect(vms.map(({ vm }) => vm.name)).toEqual(
    Array.from({ length: VMS }, (_, index) => bulkName(index + 1)),
  );
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.at(-1)).toBe(VMS);

  expect(byKind).toMatchObject({
    'list storageclasses': 1,
    'list storageprofiles': 1,
    'list virtualmachines': 1,
  });

  // As bytes in JSON, which are more than Temporal counts.
  expect(Math.max(...(await eventSizes()))).toBeLessThan(MIB);
});

test('a check that is asked for again reads all of it again', async () => {
  const { byKind } = await requestsOf('second');
  expect(byKind['list storageclasses']).toBe(1);
});
