/** Outlines of plans, page by page. */
import { type Outline, outlineFrom } from '../../activities/outlines';

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

test('ten thousand VMs come in a few pages far below 2 MiB, each VM once', () => {
  const morefs: string[] = [];
  let pages = 0;
  for (let after: number | null | undefined; after !== null;) {
    const page = outlineFrom(outline(10_000), after ?? null);
    expect(JSON.stringify(page).length).toBeLessThan(512 * 1024);
    expect(page.total).toBe(10_000);
    morefs.push(...page.rows.map(({ moref }) => moref));
    after = page.next;
    pages += 1;
  }
  expect(new Set(morefs).size).toBe(10_000);
  expect(morefs).toHaveLength(10_000);
  expect(pages).toBeLessThanOrEqual(5);
});

test('another worker goes on where the first one was, although a VM went meanwhile', () => {
  const first = outlineFrom(outline(10_000), null);
  const fewer = { ...outline(10_000), rows: outline(10_000).rows.slice(1) };
  expect(outlineFrom(fewer, first.next).rows[0]?.place).toBe(first.rows.at(-1)!.place + 1);
});
