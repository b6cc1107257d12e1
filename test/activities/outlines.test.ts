/** Outlines of plans, page by page. */
import { Outlines, type Outline } from '../../activities/outlines';

const REQUEST = { manifests: [{ kind: 'Plan' }], after: null };

function outline(vms: number): Outline {
  const rows = Array.from({ length: vms }, (_, place) => ({
    place,
    moref: `vm-${place}`,
    name: `application-server-${place}`,
    targetName: `application-server-${place}`,
    weight: 3_000,
    disks: 2,
    bytes: 2 ** 37,
    methods: ['import' as const],
  }));
  const plan = { namespace: 'openshift-mtv', name: 'wave-1' };
  return { plan, problems: [], maxConcurrentVms: 10, vcenterUuid: 'uuid', rows };
}

test('ten thousand VMs come in pages far below 2 MiB, for which source and target are read once', async () => {
  const outlines = new Outlines();
  let reads = 0;
  const read = () => {
    reads += 1;
    return Promise.resolve(outline(10_000));
  };
  const morefs: string[] = [];
  let pages = 0;
  for (let after: number | null | undefined; after !== null;) {
    const page = await outlines.page({ ...REQUEST, after: after ?? null }, read);
    expect(JSON.stringify(page).length).toBeLessThan(512 * 1024);
    morefs.push(...page.rows.map(({ moref }) => moref));
    expect(page.total).toBe(10_000);
    after = page.next;
    pages += 1;
  }
  expect({ reads, vms: new Set(morefs).size }).toEqual({ reads: 1, vms: 10_000 });
  expect(pages).toBeLessThanOrEqual(5);
});

test('another worker goes on where the first one was, although a VM went meanwhile', async () => {
  const first = await new Outlines().page(REQUEST, () => Promise.resolve(outline(10_000)));
  const fewer = { ...outline(10_000), rows: outline(10_000).rows.slice(1) };
  const next = await new Outlines().page({ ...REQUEST, after: first.next }, () => Promise.resolve(fewer));
  expect(next.rows[0]?.place).toBe(first.rows.at(-1)!.place + 1);
});

test('who begins anew reads anew', async () => {
  const outlines = new Outlines();
  let reads = 0;
  const read = () => {
    reads += 1;
    return Promise.resolve(outline(3_000));
  };
  await outlines.page(REQUEST, read);
  await outlines.page(REQUEST, read);
  expect(reads).toBe(2);
});
