/** How long a VM worked and waited, by its own record. Pure. */
import {
  WAIT_CAUSES,
  type Phase,
  type PhaseTiming,
  type Span,
  type VmState,
  type VmSummary,
  type WaitCause,
} from '../temporal-api';

interface Interval {
  what: Span[0];
  /** ISO 8601. */
  from: string;
  to: string;
}

/** From the moment the source was off until the target, or the source again, ran. Null where nothing ran before or after. */
export function downtime({ source, targetRunningAt }: VmState): number | null {
  const up = source.startedAgainAt ?? targetRunningAt;
  return source.stoppedAt === null || up === null ? null : seconds(source.stoppedAt, up);
}

/** All runs of a phase together. Times of waiting for an operator are no phase's. */
export function phaseSeconds({ timings }: VmState): VmSummary['phaseSeconds'] {
  return sum(timings.flatMap(phaseInterval));
}

/** When it waited, by what for. */
const WAITS: Readonly<Record<WaitCause, (state: VmState) => Interval[]>> = {
  operator: parked,
  turn: (state) => waitedIn('await-turn', 'turn', state),
  window: (state) => waitedIn('await-window', 'window', state),
};

export function waitSeconds(state: VmState): Partial<Record<WaitCause, number>> {
  return Object.assign({}, ...WAIT_CAUSES.map((cause) => sum(WAITS[cause](state)))) as Partial<
    Record<WaitCause, number>
  >;
}

/** Spans that a row of a report holds: two runs of every phase. Of more, the last. */
const MOST_SPANS_KEPT = 20;

/** What it did and waited for, by time. */
export function timelineOf(state: VmState): Span[] {
  const begin = state.timings[0]?.startedAt;
  if (begin === undefined) return [];
  const all = [
    ...state.timings
      .filter(({ phase }) => phase !== 'await-turn' && phase !== 'await-window')
      .flatMap(phaseInterval),
    ...WAIT_CAUSES.flatMap((cause) => WAITS[cause](state)),
  ];
  return all
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from) || Date.parse(a.to) - Date.parse(b.to))
    .map(({ what, from, to }): Span => [
      what,
      Math.round(seconds(begin, from)),
      Math.round(seconds(begin, to)),
    ])
    .slice(-MOST_SPANS_KEPT);
}

/** No phase runs while a VM is parked: it is parked in the gaps between them, and from the last one to a deadline. */
function parked({ timings, decisions }: VmState): Interval[] {
  const begins = [...timings.slice(1).map(({ startedAt }) => startedAt), decisions.at(-1)?.at];
  return timings.flatMap(({ endedAt }, index) => {
    const next = begins[index];
    const waited = endedAt !== null && next !== undefined && Date.parse(next) > Date.parse(endedAt);
    return waited ? [{ what: 'operator', from: endedAt, to: next }] : [];
  });
}

/** The whole phase, where it took longer than the word of a grant or a look at the clock does. */
function waitedIn(phase: Phase, what: WaitCause, { timings }: VmState): Interval[] {
  return timings
    .filter((timing) => timing.phase === phase)
    .flatMap(phaseInterval)
    .filter(({ from, to }) => seconds(from, to) >= 1)
    .map(({ from, to }) => ({ what, from, to }));
}

function phaseInterval({ phase, startedAt, endedAt }: PhaseTiming): Interval[] {
  return endedAt === null ? [] : [{ what: phase, from: startedAt, to: endedAt }];
}

function sum(intervals: readonly Interval[]): Partial<Record<Span[0], number>> {
  const sums: Partial<Record<Span[0], number>> = {};
  for (const { what, from, to } of intervals) sums[what] = (sums[what] ?? 0) + seconds(from, to);
  return sums;
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
