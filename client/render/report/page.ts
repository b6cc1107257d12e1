/** A wave's report as one page of HTML that stands alone: it needs no network and runs nothing. */
import { planName } from '../../../plan/workflow-ids';
import { PHASES, WAIT_CAUSES, wentWell, type VmSummary } from '../../../workflows/temporal-api';
import { describeFallback } from '../fallback';
import { countVms, describeOutcome, formatBytes, formatRange, formatSeconds } from '../format';
import {
  allDecisions,
  axisOf,
  countByOutcome,
  judgeEstimates,
  spreadOf,
  tookSeconds,
  waitedSeconds,
  type Axis,
  type ReportInput,
  type Spread,
} from './facts';
import { bad, figureList, good, renderDocument } from './document';
import { markup, type Html, type Shown } from './html';
import { list, right, section, time, whole, type Cell, Classed } from './html-table';
import { WAIT_WORDS } from './spans';
import { describeAxis, drawVm, drawWave } from './timeline';

export function renderWavePage(report: ReportInput): string {
  const name = planName(report.plan);
  const axis = axisOf(report);
  const { length } = report.results;
  return renderDocument({
    title: `${name}: report of a wave`,
    body: markup`<h1>${name}</h1>
<p>Report of a wave: ${axis === null ? countVms(length) : describeAxis(axis, length)}.</p>
${figures(report)}
${timeline(report, axis)}
${troubles(report.results)}
${spreads(report.results)}
${decisions(report)}
${vms(report.results, axis)}`,
  });
}

function figures({ results, succeeded }: ReportInput): Html {
  const downtime = spreadOf(results, ({ downtimeSeconds }) => downtimeSeconds);
  const estimates = judgeEstimates(results);
  const bytes = results.reduce((sum, vm) => sum + vm.bytes, 0);
  const facts: [string, Shown][] = [
    ['result', succeeded ? good('succeeded') : bad('not all succeeded')],
    ...countByOutcome(results).map(([outcome, count]): [string, Shown] => [describeOutcome(outcome), count]),
    ['copied', formatBytes(bytes)],
    ...(downtime === null ? [] : [['downtime', spreadText(downtime)] satisfies [string, Shown]]),
    ...(estimates.known === 0
      ? []
      : [['copies within their estimates', judged(estimates)] satisfies [string, Shown]]),
  ];
  return figureList(facts);
}

function spreadText({ median, most, mostOf }: Spread): Html {
  return markup`${formatSeconds(median)} <small>median, longest ${formatSeconds(most)} (${mostOf})</small>`;
}

function judged({ known, within, slower }: ReturnType<typeof judgeEstimates>): Html {
  return markup`${within} of ${known} <small>VMs, ${slower} slower</small>`;
}

function timeline(report: ReportInput, axis: Axis | null): Html {
  if (axis === null) return markup``;
  return section('Timeline: VMs at work', drawWave(axis, report));
}

/** What somebody may still have to do something about, and what went another way than planned. */
function troubles(results: readonly VmSummary[]): Html {
  const failed = results.flatMap(({ name, outcome, failure }) =>
    failure === null || wentWell(outcome)
      ? []
      : [[name, whole(bad(describeOutcome(outcome))), whole(failure.kind), failure.message, failure.remedy]],
  );
  const fellBack = results.flatMap(({ name, fellBack: disks = [] }) =>
    disks.map((one) => [name, whole(`disk ${one.disk}`), describeFallback(one)]),
  );
  return markup`${list('What failed', ['VM', 'result', 'kind', 'what', 'to do'], failed)}
  ${list('Disks that were copied in another way than planned', ['VM', 'disk', 'how, and why'], fellBack)}`;
}

function decisions(report: ReportInput): Html {
  return list(
    'Who decided what',
    ['when', 'what', 'about', 'who', 'why'],
    allDecisions(report).map(({ at, action, about, who, why }) => [time(at), whole(action), about, who, why]),
  );
}

/** How long phases took and waits lasted, over all VMs. */
function spreads(results: readonly VmSummary[]): Html {
  const rows: [string, Spread | null][] = [
    ['whole migration', spreadOf(results, tookSeconds)],
    ['downtime', spreadOf(results, ({ downtimeSeconds }) => downtimeSeconds)],
    ...PHASES.map((phase): [string, Spread | null] => [
      `phase ${phase}`,
      spreadOf(results, ({ phaseSeconds }) => phaseSeconds[phase]),
    ]),
    ...WAIT_CAUSES.map((cause): [string, Spread | null] => [
      `waited for: ${WAIT_WORDS[cause]}`,
      spreadOf(results, ({ waitSeconds }) => waitSeconds?.[cause]),
    ]),
  ];
  const known = rows.flatMap(([name, spread]) =>
    spread === null
      ? []
      : [
          [
            name,
            right(spread.count),
            ...[spread.median, spread.p90, spread.most, spread.sum].map(duration),
            spread.mostOf,
          ],
        ],
  );
  const head = [
    'of',
    right('VMs'),
    right('median'),
    right('9 of 10 within'),
    right('longest'),
    right('all together'),
    'longest of',
  ];
  return list('Durations and waits', head, known);
}

/** A column of the table of all VMs. */
type Column = [head: Cell, cell: (vm: VmSummary) => Cell];

function vms(results: readonly VmSummary[], axis: Axis | null): Html {
  const grouped = results.some(({ group }) => group !== undefined);
  const estimated = results.some(({ estimatedCopySeconds }) => estimatedCopySeconds !== undefined);
  const columns: Column[] = [
    ['VM', ({ name }) => name],
    ...when(grouped, ['group', ({ group }) => group ?? '']),
    ['target', ({ target }) => target],
    ['result', (vm) => whole(outcomeOf(vm))],
    [right('disks'), ({ disks }) => right(disks)],
    [right('bytes'), ({ bytes }) => right(formatBytes(bytes))],
    ['method', ({ methods }) => whole(methods.join(' + '))],
    [right('attempts'), ({ attempts }) => right(attempts ?? '')],
    [right('downtime'), ({ downtimeSeconds }) => duration(downtimeSeconds)],
    [right('copy'), ({ phaseSeconds }) => duration(phaseSeconds.copy)],
    ...when(estimated, [right('estimated'), estimateOf]),
    [right('convert'), ({ phaseSeconds }) => duration(phaseSeconds.convert)],
    [right('waited'), (vm) => duration(waitedSeconds(vm))],
    [right('in all'), (vm) => duration(tookSeconds(vm))],
    ...(axis === null ? [] : [['course', (vm) => course(axis, vm)] satisfies Column]),
  ];
  const rows = [...results].sort(byStart).map((vm) => columns.map(([, cell]) => cell(vm)));
  return list(
    'All VMs',
    columns.map(([head]) => head),
    rows,
  );
}

function when(shown: boolean, column: Column): Column[] {
  return shown ? [column] : [];
}

/** Beside what the copies took. */
function estimateOf({ estimatedCopySeconds: seconds }: VmSummary): Cell {
  return right(seconds === undefined ? '' : formatRange({ low: seconds[0], high: seconds[1] }));
}

/** Those that never started come last. */
function byStart(a: VmSummary, b: VmSummary): number {
  return (Date.parse(a.startedAt ?? '') || Infinity) - (Date.parse(b.startedAt ?? '') || Infinity) || 0;
}

function outcomeOf({ outcome }: VmSummary): Shown {
  const word = describeOutcome(outcome);
  if (wentWell(outcome)) return good(word);
  return outcome === 'skipped' ? word : bad(word);
}

function course(axis: Axis, vm: VmSummary): Cell {
  return new Classed('course', drawVm(axis, vm));
}

function duration(seconds: number | null | undefined): Cell {
  return right(typeof seconds === 'number' ? formatSeconds(seconds) : '');
}
