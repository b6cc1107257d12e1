/** How the outline of a plan is cut into pages. */
import type { OutlineRow } from '../../../plan/outline';
import { cutPages, MOST_VMS_PER_PAGE } from '../../../workflows/migrate-wave/take-outline';

const row = (place: number, changes: Partial<OutlineRow> = {}): OutlineRow => ({
  place,
  moref: `vm-${place}`,
  name: `web${place}`,
  weight: 10,
  disks: 1,
  bytes: 1,
  methods: ['import'],
  ...changes,
});
const rows = (count: number) => Array.from({ length: count }, (_, place) => row(place));
const sizes = (all: readonly OutlineRow[]) => cutPages(all).map(({ length }) => length);

test('a page holds so many VMs', () => {
  expect(sizes(rows(2 * MOST_VMS_PER_PAGE + 1))).toEqual([MOST_VMS_PER_PAGE, MOST_VMS_PER_PAGE, 1]);
});

test('a VM that alone is larger than a page has one for itself', () => {
  expect(sizes([row(0), row(1, { weight: 2 ** 20 }), row(2)])).toEqual([1, 1, 1]);
});

test('VMs that share disks stay on one page, whether for their number or for their size', () => {
  const together = (all: OutlineRow[], weight: number) =>
    all.map((one, index) => ({ ...one, weight, sharing: { group: all[0]!.moref, copies: index === 0 } }));
  const all = rows(MOST_VMS_PER_PAGE + 2);
  const last = all.slice(-4);
  expect(sizes([...all.slice(0, -4), ...together(last, 10)])).toEqual([MOST_VMS_PER_PAGE - 2, 4]);
  expect(sizes([row(200), ...together(last, 300 * 1024), row(201)])).toEqual([1, 4, 1]);
});
