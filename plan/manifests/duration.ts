/** Durations as users write them: `90s`, `5m`, `2h`, `7d`. */
import { z } from 'zod';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;
type Unit = keyof typeof SECONDS;

const DURATION = /^([1-9]\d{0,8})([smhd])$/;

/** Parsed to seconds. */
export const durationSchema = z
  .string()
  .regex(DURATION, 'give a whole number and a unit, as 90s, 5m, 2h or 7d')
  .transform((text) => {
    const [, count, unit] = DURATION.exec(text) ?? [];
    return Number(count) * SECONDS[unit as Unit];
  });
