/** Durations as users write them: `90s`, `5m`, `2h`, `7d`. */
import { z } from 'zod';
import { inDays, LONGEST_WAIT_SECONDS } from '../field-limits';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;
type Unit = keyof typeof SECONDS;

const DURATION = /^([1-9]\d{0,8})([smhd])$/;

/** Parsed to seconds, of which there may be `most`. */
export function durationUpTo(most: number) {
  return z
    .string()
    .regex(DURATION, { error: 'give a whole number and a unit, as 90s, 5m, 2h or 7d', abort: true })
    .refine((text) => secondsOf(text) <= most, `give at most ${inDays(most)}`)
    .transform(secondsOf);
}

/** Of one step. */
export const durationSchema = durationUpTo(LONGEST_WAIT_SECONDS);

function secondsOf(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return Number(count) * SECONDS[unit as Unit];
}
