/** A moment that an operator names for a start, as `2026-12-05T22:00`, by the clock of a time zone or with an offset. */
import { Temporal } from '@js-temporal/polyfill';
import { zoneFault } from './time-zone';

/** What is wrong with it, in one clause with the remedy. */
interface Wrong {
  wrong: string;
}

const LOCAL = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/;
const EXAMPLE = '2026-12-05T22:00';

/**
 * @param timeZone by whose clock; undefined where the text has an offset or `Z`
 * @param now ISO 8601
 * @returns the moment in ISO 8601, UTC
 */
export function readStartTime(
  text: string,
  timeZone: string | undefined,
  now: string,
): { at: string } | Wrong {
  const fault = timeZone === undefined ? null : zoneFault(timeZone);
  if (fault !== null) return { wrong: `${fault.found}; ${fault.remedy}` };
  const read = LOCAL.test(text) ? readLocal(text, timeZone) : readInstant(text, timeZone);
  if (typeof read === 'string') return { wrong: read };
  const at = new Date(read.epochMilliseconds).toISOString();
  return at > now ? { at } : { wrong: `${text} is in the past (${at}); give a time to come` };
}

function readLocal(text: string, timeZone: string | undefined): Temporal.Instant | string {
  if (timeZone === undefined)
    return `"${text}" could be a time of any zone; add the zone, as Europe/Zurich, or an offset: ${text}+01:00`;
  const local = attempt(() => Temporal.PlainDateTime.from(text, { overflow: 'reject' }));
  if (local === null) return notATime(text);
  const [first, last] = (['earlier', 'later'] as const).map((disambiguation) =>
    local.toZonedDateTime(timeZone, { disambiguation }),
  );
  if (!first!.toPlainDateTime().equals(local))
    return `the clocks of ${timeZone} jump over ${text}; give another time`;
  if (first!.equals(last!)) return first!.toInstant();
  return `the clocks of ${timeZone} show ${text} twice; say which: ${text}${first!.offset} or ${text}${last!.offset}`;
}

function readInstant(text: string, timeZone: string | undefined): Temporal.Instant | string {
  const instant = attempt(() => Temporal.Instant.from(text));
  if (instant === null) return notATime(text);
  if (timeZone === undefined) return instant;
  return `"${text}" says its offset itself; leave out the time zone`;
}

function notATime(text: string): string {
  return `"${text}" is no time; give it as ${EXAMPLE}`;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
