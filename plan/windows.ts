/**
 * Whether a window is open, and when that changes. Pure, but it knows time zones as the ICU of this process does: workflows
 * ask an activity, so that their histories keep the answer.
 *
 * A window opens on each of its days when the clock of its zone first reaches `from`, and closes when that clock next reaches
 * `to`. Where the clock jumps over a time (summer time begins), it reaches that time as it jumps; a window between two
 * times that are both jumped over does not open that day. Of a time that comes twice (summer time ends) the first counts.
 * Windows that touch or overlap are one.
 */
import { Temporal } from '@js-temporal/polyfill';
import { DAYS, END_OF_DAY, type Window } from './manifests/windows';

/** How windows stand at one moment. */
export interface Standing {
  open: boolean;
  /** When that changes, ISO 8601; null where it never does. */
  until: string | null;
  /** The same moment by the clock of its window: `Sat 2026-12-05 22:00 Europe/Zurich`; null where it never comes. */
  local: string | null;
}

/** Every week has all openings but those that the clock jumps over, so two weeks show the next one. */
const DAYS_AHEAD = 15;
/** A window of the day before may be open still, also where a zone leaves out a day. */
const DAYS_BACK = 2;
const DAY_MILLISECONDS = 86_400_000;

/** @param at ISO 8601 */
export function standingAt(windows: readonly Window[], at: string): Standing {
  const now = Date.parse(at);
  const spans = windows
    .flatMap((window) => spansAround(window, now))
    .sort((one, other) => one.from - other.from);
  const end = endOf(spans, now);
  if (end === null)
    return standing(
      false,
      spans.find(({ from }) => from > now),
      'from',
    );
  const isEndless = end.to - now >= (DAYS_AHEAD - 1) * DAY_MILLISECONDS;
  return standing(true, isEndless ? undefined : end, 'to');
}

/** One opening of one window, in milliseconds since 1970. */
interface Span {
  from: number;
  to: number;
  timeZone: string;
}

/** That ends last of those which follow one another without a gap from now on; null where none is open now. */
function endOf(sorted: readonly Span[], now: number): Span | null {
  let last: Span | null = null;
  for (const span of sorted) {
    const end: number = last?.to ?? now;
    if (span.from <= end && span.to > end) last = span;
  }
  return last;
}

function standing(open: boolean, span: Span | undefined, edge: 'from' | 'to'): Standing {
  if (span === undefined) return { open, until: null, local: null };
  const until = Temporal.Instant.fromEpochMilliseconds(span[edge]);
  return { open, until: new Date(span[edge]).toISOString(), local: localTime(until, span.timeZone) };
}

function localTime(instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${DAYS[local.dayOfWeek - 1]} ${local.toPlainDate().toString()} ${time} ${timeZone}`;
}

function spansAround(window: Window, now: number): Span[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(window.timeZone).toPlainDate();
  return Array.from({ length: DAYS_BACK + DAYS_AHEAD + 1 }, (_, day) => today.add({ days: day - DAYS_BACK }))
    .filter(({ dayOfWeek }) => window.days.includes(DAYS[dayOfWeek - 1]!))
    .map((day) => spanOn(day, window))
    .filter(({ from, to }) => to > from);
}

function spanOn(day: Temporal.PlainDate, { from, to, timeZone }: Window): Span {
  const lastDay = to > from ? day : day.add({ days: 1 });
  const end = to === END_OF_DAY ? day.add({ days: 1 }).toPlainDateTime() : timeOn(lastDay, to);
  return { from: reached(timeOn(day, from), timeZone), to: reached(end, timeZone), timeZone };
}

function timeOn(day: Temporal.PlainDate, time: string): Temporal.PlainDateTime {
  return day.toPlainDateTime(Temporal.PlainTime.from(time));
}

/** When the clock first shows this time or a later one. */
function reached(time: Temporal.PlainDateTime, timeZone: string): number {
  const first = time.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (first.toPlainDateTime().equals(time)) return first.epochMilliseconds;
  // The clock jumps over it: this is a time before the jump.
  return first.getTimeZoneTransition('next')!.epochMilliseconds;
}
