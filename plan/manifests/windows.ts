/** `spec.drover.wave.startWindows` and `.cutoverWindows`: when something may happen, by the clock of a time zone. */
import { z } from 'zod';
import { LONGEST_NAME, MOST_WINDOWS } from '../field-limits';
import { zoneFault } from '../time-zone';
import { fields } from './fields';

/** From Monday, as ISO 8601 counts. */
export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `24:00` is the end of the day. */
export const END_OF_DAY = '24:00';

const TIME_RULE = 'give hours and minutes in quotes';

const times = {
  /** On which it opens; absent: on every day. */
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .max(DAYS.length)
    .default([...DAYS]),
  /** It opens when the clock reaches this time. */
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, `${TIME_RULE}, from "00:00" to "23:59"`),
  /** It closes when the clock reaches this time; on the next day where that is not later than `from`. */
  to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, `${TIME_RULE}, from "00:00" to "${END_OF_DAY}"`),
};

const timeZone = z.string().superRefine((zone, context) => {
  const fault = zoneFault(zone);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault.remedy, params: fault });
});

export const windowsSchema = z
  .array(fields({ timeZone, ...times }))
  .max(MOST_WINDOWS)
  .default([]);

/** As a workflow has it. Which zones there are, the workflow does not judge: a replay might judge otherwise. */
export const frozenWindowsSchema = z
  .array(z.object({ timeZone: z.string().max(LONGEST_NAME), ...times }))
  .min(1)
  .max(MOST_WINDOWS);

export type Window = z.infer<typeof frozenWindowsSchema>[number];
