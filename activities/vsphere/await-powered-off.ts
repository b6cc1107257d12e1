/** Waits for a guest to shut down, over as many attempts as it takes, within one timeout. */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { startBeating } from '../beat-pace';
import type { SourceVmRequest, ActivityProgress } from '../interfaces';
import { NO_PROGRESS } from '../progress';
import type { VcenterPool } from './pool';
import { awaitOff } from './power';

/** Passed on from attempt to attempt, so that the wait does not start from zero after the loss of a worker. */
const progressSchema = z.object({ waitedMs: z.number().nonnegative() });
type WaitProgress = ActivityProgress & z.infer<typeof progressSchema>;

export async function awaitPoweredOff(
  pool: VcenterPool,
  { source, moref, timeoutSeconds }: SourceVmRequest & { timeoutSeconds: number },
): Promise<'off' | 'timeout'> {
  const context = Context.current();
  const begin = Date.now() - waitedBefore(context.info.heartbeatDetails);
  const heartbeat = () => context.heartbeat(progress(Date.now() - begin));
  heartbeat();
  const beats = startBeating(heartbeat);
  try {
    const off = await pool.use(
      source,
      (vim) => awaitOff(vim, moref, begin + timeoutSeconds * 1000),
      context.cancellationSignal,
    );
    return off ? 'off' : 'timeout';
  } finally {
    beats.stop();
  }
}

function progress(waitedMs: number): WaitProgress {
  return { ...NO_PROGRESS, note: 'waiting for the guest to shut down', waitedMs };
}

function waitedBefore(details: unknown): number {
  const parsed = progressSchema.safeParse(details);
  return parsed.success ? parsed.data.waitedMs : 0;
}
