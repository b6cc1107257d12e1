/** A wave over time, as drawings: all of its VMs together, and each one in its row. */
import type { Span, VmSummary, WaveDecision } from '../../../workflows/temporal-api';
import { countVms, formatSeconds, formatTime } from '../format';
import type { Axis, ReportInput } from './facts';
import { markup, trusted, type Html } from './html';
import { BANDS, bandOf, type Band } from './spans';

const WIDTH = 1000;
const HEIGHT = 180;
/** Moments at which the VMs are counted: more than a screen shows well would only make the page larger. */
const COLUMNS = 250;

/** How many VMs did what, at each moment; and when somebody decided something of the whole wave. */
export function drawWave(axis: Axis, { results, decisions = [] }: ReportInput): Html {
  const counts = countBands(axis, results);
  const totals = Array.from({ length: COLUMNS }, (_, column) => totalAt(counts, column));
  const most = Math.ceil(Math.max(1, ...totals));
  const bands = (Object.keys(BANDS) as Band[]).filter((band) => counts[band].some((count) => count > 0));
  return markup`<figure>
<svg class="wave" viewBox="-40 -14 1060 ${HEIGHT + 44}" role="img" aria-label="VMs at work over time">
${drawGrid(axis, most)}
${bands.map((band) => drawBand(counts, band, most))}
${decisions.map((one) => drawDecision(axis, one))}
</svg>
<figcaption>${bands.map((band) => markup`<span class="key"><i class="${band}"></i>${BANDS[band]}</span> `)}</figcaption>
</figure>`;
}

type Counts = Record<Band, number[]>;

/** Of each band, the mean number of VMs between one moment and the next. */
function countBands({ from, to }: Axis, rows: readonly VmSummary[]): Counts {
  const counts = Object.fromEntries(
    Object.keys(BANDS).map((band) => [band, Array.from({ length: COLUMNS }, () => 0)]),
  ) as Counts;
  const wide = columnMs({ from, to });
  for (const { startedAt, timeline = [] } of rows) {
    for (const [what, begin, end] of timeline) {
      const band = bandOf(what);
      const start = Date.parse(startedAt ?? '') - from;
      if (band !== null) add(counts[band], (start + begin * 1000) / wide, (start + end * 1000) / wide);
    }
  }
  return counts;
}

function columnMs({ from, to }: Axis): number {
  return Math.max(1, to - from) / COLUMNS;
}

/** @param begin and `end` in columns, with fractions */
function add(counts: number[], begin: number, end: number): void {
  for (let column = Math.max(0, Math.floor(begin)); column < Math.min(COLUMNS, end); column += 1) {
    counts[column]! += Math.min(end, column + 1) - Math.max(begin, column);
  }
}

function totalAt(counts: Counts, column: number): number {
  return Object.values(counts).reduce((sum, band) => sum + band[column]!, 0);
}

/** One band stands on those before it. */
function drawBand(counts: Counts, band: Band, most: number): Html {
  const names = Object.keys(BANDS) as Band[];
  const below = names.slice(0, names.indexOf(band));
  const floor = (column: number): number => below.reduce((sum, one) => sum + counts[one][column]!, 0);
  const edge = (column: number, value: number): string =>
    `${round((column * WIDTH) / COLUMNS)} ${round(HEIGHT - (HEIGHT * value) / most)}`;
  const columns = Array.from({ length: COLUMNS }, (_, column) => column);
  const top = columns.flatMap((column) => {
    const value = floor(column) + counts[band][column]!;
    return [edge(column, value), edge(column + 1, value)];
  });
  const bottom = columns.flatMap((column) => [edge(column, floor(column)), edge(column + 1, floor(column))]);
  const line = trusted([...top, ...bottom.reverse()].join('L'));
  return markup`<path class="${band}" d="M${line}Z"><title>${BANDS[band]}</title></path>\n`;
}

function drawGrid({ from, to }: Axis, most: number): Html {
  const span = (to - from) / 1000;
  const step = STEPS.find((one) => span / one <= 10) ?? span;
  const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
  return markup`<path class="grid" d="M0 0H${WIDTH}M0 ${HEIGHT}H${WIDTH}"/>
<text x="-6" y="4" class="end">${most}</text><text x="-6" y="${HEIGHT + 4}" class="end">0</text>
${ticks.map((at) => drawTick(round((WIDTH * at) / Math.max(span, 1)), formatSeconds(at)))}`;
}

function drawTick(x: number, label: string): Html {
  return markup`<path class="grid" d="M${x} ${HEIGHT}v6"/><text x="${x}" y="${HEIGHT + 20}" class="mid">${label}</text>\n`;
}

/** Seconds between two ticks. */
const STEPS: readonly number[] = [
  1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800,
];

function drawDecision({ from, to }: Axis, { at, action, about, who }: WaveDecision): Html {
  const x = round((WIDTH * (Date.parse(at) - from)) / Math.max(1, to - from));
  const what = markup`${formatTime(at)} ${action} ${about} by ${who}`;
  return markup`<path class="word" d="M${x} 0v${HEIGHT}"><title>${what}</title></path>\n`;
}

/** One VM on the wave's axis; nothing where it never started. */
export function drawVm({ from, to }: Axis, { startedAt, timeline = [] }: VmSummary): Html {
  if (startedAt === undefined || timeline.length === 0) return markup``;
  const place = (seconds: number): number =>
    (WIDTH * (Date.parse(startedAt) - from + seconds * 1000)) / Math.max(1, to - from);
  const bars = timeline.flatMap(([what, begin, end]) => {
    const band = bandOf(what);
    const width = Math.max(2, place(end) - place(begin));
    return band === null
      ? []
      : [markup`<rect class="${band}" x="${round(place(begin))}" width="${round(width)}" height="10" />`];
  });
  const title = markup`<title>${describe(timeline)}</title>`;
  return markup`<svg class="bar" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" role="img">${title}${bars}</svg>`;
}

function describe(timeline: readonly Span[]): string {
  return timeline.map(([what, from, to]) => `${what} ${formatSeconds(to - from)}`).join(', ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What a chart shows, for people who do not see it. */
export function describeAxis({ from, to }: Axis, vms: number): string {
  const iso = (ms: number): string => formatTime(new Date(ms).toISOString());
  return `${countVms(vms)} from ${iso(from)} to ${iso(to)}, in ${formatSeconds((to - from) / 1000)}`;
}
