/** Task queues of Temporal: each tenant has a pair of its own, which its workers alone poll. */
import { z } from 'zod';

export const DEFAULT_TASK_QUEUE = 'drover';

/** Where transfer slots are granted: every worker of a Temporal namespace polls it, whosever worker it is. */
export const TRANSFER_SLOTS_QUEUE = 'drover-transfer-slots';

const WAITS = '-waits';

/** Where the waits of a queue's workflows run, with slots of their own, so that they never starve a clean-up. */
export const waitQueueOf = (taskQueue: string): string => `${taskQueue}${WAITS}`;

/** In the place of a version: workers that have none. */
export const UNVERSIONED = 'unversioned';

/** Name that the versions of a queue's workers share, where nobody names another. Temporal allows no dot in it. */
export const deploymentOf = (taskQueue: string): string => taskQueue.replaceAll('.', '-');

/** A queue for workflows and quick activities; its waits' queue must not be another tenant's. */
export const taskQueueSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'expected at most 100 letters, digits, dots, dashes and underscores, as tenant-a',
  )
  .refine((name) => !name.endsWith(WAITS), `expected a name that does not end in ${WAITS}, where waits run`)
  .refine(
    (name) => name !== TRANSFER_SLOTS_QUEUE,
    `expected another name than ${TRANSFER_SLOTS_QUEUE}, where transfer slots are granted`,
  );
