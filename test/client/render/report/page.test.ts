/** The page of a report: complete, closed to the network, and nothing in it but what we wrote is markup. */
import { createHash } from 'node:crypto';
import { defaultTreeAdapter, html as HTML, parse, type DefaultTreeAdapterTypes } from 'parse5';
import type { ReportInput } from '../../../../client/render/report/facts';
import { renderWavePage } from '../../../../client/render/report/page';
import { describeFailure } from '../../../../plan/failures';
import type { VmSummary, WaveDecision } from '../../../../workflows/temporal-api';
import { PARKED, summary } from './rows';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const PAUSE: WaveDecision = {
  at: '2026-01-01T10:00:30.000Z',
  action: 'pause',
  who: 'bob',
  why: 'array is busy',
  about: 'wave',
  vms: 3,
};

function report(results: VmSummary[]): ReportInput {
  return {
    plan: { namespace: 'openshift-mtv', name: 'wave-1' },
    succeeded: results.every(({ outcome }) => outcome === 'succeeded'),
    results,
    decisions: [PAUSE],
  };
}

function pageOf(results: VmSummary[]): Element[] {
  return elementsIn(parse(renderWavePage(report(results)), { onParseError: rejectError }));
}

function rejectError({ code }: { code: string }): void {
  throw new Error(`the page is no valid HTML: ${code}`);
}

function elementsIn(node: Node): Element[] {
  const own = defaultTreeAdapter.isElementNode(node) ? [node] : [];
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap(elementsIn)] : own;
}

function textOf(node: Node): string {
  if (defaultTreeAdapter.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

function named(page: Element[], tag: string): Element[] {
  return page.filter(({ tagName }) => tagName === tag);
}

function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.attrs.find((one) => one.name === name)?.value;
}

/** The rows of the table under a title, each as its cells. */
function table(page: Element[], title: string): string[][] {
  const section = named(page, 'section').find((one) => textOf(named(elementsIn(one), 'h2')[0]!) === title);
  return section === undefined
    ? []
    : named(elementsIn(section), 'tr').map((row) =>
        row.childNodes.filter(defaultTreeAdapter.isElementNode).map(textOf),
      );
}

test('says how each VM ended, what it waited for, who decided what, and what is to do', () => {
  const failure = describeFailure('CopyFailed', 'disk 0: the pool was busy');
  const page = pageOf([
    summary(PARKED),
    summary({ name: 'db01', outcome: 'aborted', failure, downtimeSeconds: null, group: 'database' }),
    summary({ name: 'app01', outcome: 'skipped', phaseSeconds: {}, downtimeSeconds: null }),
  ]);

  expect(table(page, 'What failed')).toContainEqual([
    'db01',
    'aborted',
    'CopyFailed',
    'disk 0: the pool was busy',
    failure.remedy,
  ]);
  expect(table(page, 'Who decided what').slice(1)).toEqual([
    ['2026-01-01 10:00:30Z', 'pause', 'wave', 'bob', 'array is busy'],
    ['2026-01-01 10:01:00Z', 'retry', 'VM web01', 'ann', 'array is back'],
  ]);
  expect(table(page, 'Durations and waits')).toContainEqual([
    'waited for: operator',
    '1',
    '40s',
    '40s',
    '40s',
    '40s',
    'web01',
  ]);
  const [head = [], web01 = []] = table(page, 'All VMs');
  const cells = Object.fromEntries(head.map((name, index) => [name, web01[index]]));
  expect(cells).toMatchObject({
    VM: 'web01',
    attempts: '2',
    downtime: '8s',
    waited: '40s',
    'in all': '1m 40s',
  });
});

test('shows what was estimated beside what the copies took', () => {
  const estimatedCopySeconds: [number, number] = [3, 5];
  const page = pageOf([
    summary({ ...PARKED, estimatedCopySeconds }),
    summary({ name: 'slow', estimatedCopySeconds, phaseSeconds: { copy: 60 } }),
    summary({ name: 'unknown' }),
  ]);
  const [head = [], ...rows] = table(page, 'All VMs');
  expect(rows.map((cells) => ['copy', 'estimated'].map((name) => cells[head.indexOf(name)]))).toEqual([
    ['4s', '3s to 5s'],
    ['1m 00s', '3s to 5s'],
    ['4s', ''],
  ]);
  const figures = named(page, 'dl').map(textOf).join('');
  expect(figures).toContain('copies within their estimates1 of 2 VMs, 1 slower');
});

test('draws each VM from where it began to where it ended, and what it did meanwhile', () => {
  const later = { startedAt: '2026-01-01T10:01:40.000Z', endedAt: '2026-01-01T10:03:20.000Z' };
  const page = pageOf([summary(PARKED), summary({ ...PARKED, ...later, name: 'web02' })]);
  const bars = named(page, 'svg').filter((one) => attribute(one, 'class') === 'bar');
  const rects = bars.map((bar) =>
    named(elementsIn(bar), 'rect').map((one) => ['class', 'x', 'width'].map((name) => attribute(one, name))),
  );
  expect(rects[0]).toEqual([
    ['prepare', '0', '25'],
    ['copy', '25', '75'],
    ['operator', '100', '200'],
    ['copy', '300', '150'],
    ['tidy', '450', '50'],
  ]);
  expect(rects[1]?.[0]).toEqual(['prepare', '500', '25']);
  // They follow each other: never more than one at once, between two of the moments that are counted.
  expect(textOf(named(page, 'text')[0]!)).toBe('1');
  expect(textOf(named(elementsIn(bars[0]!), 'title')[0]!)).toBe(
    'check 5s, copy 15s, operator 40s, copy 30s, tidy 10s',
  );
});

test('rows of an older version, without times, make a page without drawings', () => {
  const page = pageOf([summary()]);
  expect(named(page, 'svg')).toEqual([]);
  expect(table(page, 'All VMs')[1]).toContain('web01');
});

test('loads nothing, runs nothing and sends nothing: its policy allows the one style sheet in it', () => {
  const page = pageOf([summary(PARKED)]);
  const [style] = named(page, 'style');
  const digest = createHash('sha256').update(textOf(style!)).digest('base64');
  const policy = named(page, 'meta').find((one) => attribute(one, 'http-equiv') !== undefined);
  expect(attribute(policy, 'content')).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
  );
  const outside = page.filter(
    ({ tagName, attrs }) =>
      ['script', 'link', 'img', 'iframe', 'object', 'form', 'a', 'base'].includes(tagName) ||
      attrs.some(({ name }) => /^(on|href|src|style|xlink)/.test(name)),
  );
  expect(outside).toEqual([]);
  expect(textOf(style!)).not.toMatch(/url\(|@import/);
  expect(page.every(({ namespaceURI }) => [HTML.NS.HTML, HTML.NS.SVG].includes(namespaceURI))).toBe(true);
});

/** All that a guest, a vCenter, a plugin or an operator has a word in. */
function everywhere(word: string): VmSummary {
  const failure = { ...describeFailure('CopyFailed', word), remedy: word };
  return summary({
    ...PARKED,
    name: word,
    target: word,
    group: word,
    outcome: 'failed',
    methods: ['plugin'],
    failure,
    fellBack: [{ disk: 0, from: word, at: null, kind: 'CopyRefused', message: word }],
    decisions: [{ at: '2026-01-01T10:01:00.000Z', action: 'retry', who: word, why: word }],
  });
}

const shape = (page: Element[]): string[] =>
  page.map(({ tagName, attrs }) =>
    [tagName, ...attrs.map(({ name, value }) => `${name}=${value}`)].join(' '),
  );

test.each([
  '"><script>alert(1)</script>',
  "' onload='alert(1)",
  '</title></style></svg><img src=x onerror=alert(1)>',
  '<!--',
  ']]><svg onload=alert(1)>',
  '&#x3c;script&#x3e;',
  '{{constructor}}${7*7}',
  '\u202egnp.exe\u0000\u001b[2J',
])('what others say is text, and nothing else: %j', (word) => {
  const attacked = pageOf([everywhere(word)]);
  expect(shape(attacked)).toEqual(shape(pageOf([everywhere('plain')])));
  const shown = word.replace(
    /[\u0000\u001b\u202e]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  expect(table(attacked, 'All VMs')[1]?.[0]).toBe(shown);
});

test('what only looks like a piece of a page, as any workflow may answer, is text', () => {
  const forged = { text: '<script>alert(1)</script>', className: 'n"><script>', value: '<b>' };
  const page = renderWavePage(report([summary({ name: forged as unknown as string })]));
  expect(page).not.toMatch(/<script|<b>/);
});

test('a page of a thousand VMs stays below 2 MiB', () => {
  const rows = Array.from({ length: 1000 }, (_, index) => summary({ ...PARKED, name: `web${index}` }));
  expect(renderWavePage(report(rows)).length).toBeLessThan(2 * 1024 * 1024);
});
