/** Hooks: images of the plan's writer that run as Jobs at certain points of a VM's migration. */
import { z } from 'zod';
import { LONGEST_PLAYBOOK, LONGEST_RESULT, MOST_RESULTS } from './field-limits';

/** In the order in which they run. `PreHook` and `PostHook` are Forklift's own; `OnFailure` runs beside the parking. */
export const HOOK_STEPS = ['PreHook', 'BeforeCutover', 'AfterVerify', 'PostHook', 'OnFailure'] as const;
export type HookStep = (typeof HOOK_STEPS)[number];

/** Seconds of a hook that names no deadline of its own, or 0. */
export const DEFAULT_HOOK_SECONDS = 3_600;

/** A playbook of Ansible in base64, as a ConfigMap takes it: without line breaks. */
export const playbookSchema = z
  .string()
  .max(LONGEST_PLAYBOOK)
  .regex(
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'give the playbook in base64, as `base64 -w0 playbook.yml` prints it',
  );

/**
 * What a hook says to those after it: a JSON object of texts in its termination message.
 *
 * A hook may write anything there: what is more, longer or otherwise is no result.
 */
export const hookResultsSchema = z
  .record(z.string().regex(/^[A-Za-z][\w.-]{0,62}$/), z.string().max(LONGEST_RESULT))
  .refine((results) => Object.keys(results).length <= MOST_RESULTS, `give at most ${MOST_RESULTS} results`);

export type HookResults = z.infer<typeof hookResultsSchema>;

/** Results of the hooks that have succeeded, by step. */
export type ResultsByStep = Partial<Record<HookStep, HookResults>>;
