/** What the rows of a report say together. Pure. */
import { describeAction, describeWhy } from '../decision';
import type { Decision, VmSummary, WaveOutcome, WaveResult } from '../../../workflows/temporal-api';

/** What a report is made from. */
export type ReportInput = Pick<WaveResult, 'plan' | 'succeeded' | 'results' | 'decisions'>;

/** In the order in which reports list them. */
export const OUTCOMES: readonly WaveOutcome[] = [
  'succeeded',
  'alreadyMigrated',
  'skipped',
  'failed',
  'aborted',
];

export function countByOutcome(rows: readonly VmSummary[]): [WaveOutcome, number][] {
  return OUTCOMES.map((outcome): [WaveOutcome, number] => [
    outcome,
    rows.filter((row) => row.outcome === outcome).length,
  ]).filter(([, count]) => count > 0);
}

/** How a number of many VMs is spread. */
export interface Spread {
  count: number;
  sum: number;
  median: number;
  /** So much or less have nine of ten. */
  p90: number;
  most: number;
  /** The VM that has the most. */
  mostOf: string;
}

/** Null where no row has the number. */
export function spreadOf(
  rows: readonly VmSummary[],
  valueOf: (row: VmSummary) => number | null | undefined,
): Spread | null {
  const known = rows
    .flatMap((row) => {
      const value = valueOf(row);
      return typeof value === 'number' ? [{ value, name: row.name }] : [];
    })
    .sort((a, b) => a.value - b.value);
  const most = known.at(-1);
  if (most === undefined) return null;
  const at = (share: number): number => known[Math.ceil(share * known.length) - 1]!.value;
  return {
    count: known.length,
    sum: known.reduce((sum, { value }) => sum + value, 0),
    median: at(0.5),
    p90: at(0.9),
    most: most.value,
    mostOf: most.name,
  };
}

/** First and last moment that anything is known of, in milliseconds since the epoch. */
export interface Axis {
  from: number;
  to: number;
}

/** Null where the rows have no times: older versions kept none. */
export function axisOf({ results, decisions = [] }: ReportInput): Axis | null {
  const begun = results.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
  if (begun.every((at) => at === undefined)) return null;
  const times = [...begun, ...decisions.map(({ at }) => at)].flatMap((at) => {
    const ms = Date.parse(at ?? '');
    return Number.isFinite(ms) ? [ms] : [];
  });
  return times.length === 0 ? null : { from: least(times), to: greatest(times) };
}

/** `Math.min` takes no list of 20,000. */
function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}

export interface AnyDecision extends Pick<Decision, 'at' | 'who' | 'why'> {
  /** In words. */
  action: string;
  about: string;
}

/** Of the wave and of its VMs, by time. */
export function allDecisions({ results, decisions = [] }: ReportInput): AnyDecision[] {
  const ofVms = results.flatMap(({ name, decisions: own = [] }) =>
    own.map((one): AnyDecision => ({
      ...one,
      action: describeAction(one),
      why: describeWhy(one),
      about: `VM ${name}`,
    })),
  );
  return [...decisions, ...ofVms].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** From its first step to its last, in seconds. */
export function tookSeconds({ startedAt, endedAt }: VmSummary): number | null {
  return startedAt === undefined || endedAt === undefined
    ? null
    : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

export function waitedSeconds({ waitSeconds }: VmSummary): number | null {
  return waitSeconds === undefined ? null : Object.values(waitSeconds).reduce((sum, one) => sum + one, 0);
}

/** Of how many VMs an estimate is known, and how many copied within it, faster and slower. */
export function judgeEstimates(rows: readonly VmSummary[]): {
  known: number;
  within: number;
  slower: number;
} {
  const judged = rows.flatMap(({ estimatedCopySeconds, phaseSeconds: { copy }, outcome }) =>
    estimatedCopySeconds === undefined || copy === undefined || outcome !== 'succeeded'
      ? []
      : [{ copy, low: estimatedCopySeconds[0], high: estimatedCopySeconds[1] }],
  );
  return {
    known: judged.length,
    within: judged.filter(({ copy, low, high }) => copy >= low && copy <= high).length,
    slower: judged.filter(({ copy, high }) => copy > high).length,
  };
}
