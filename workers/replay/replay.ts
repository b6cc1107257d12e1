/**
 * Replays recorded histories against the workflows' code of this very Drover: whether it would have done what they say.
 * Nothing is asked of Temporal, and no activity runs.
 */
import { DeterminismViolationError } from '@temporalio/workflow';
import {
  DefaultLogger,
  type ReplayWorkerOptions,
  Runtime,
  Worker,
  makeTelemetryFilterString,
} from '@temporalio/worker';
import { typeOf, type RecordedHistory } from '../../client/history/recorded';
import type { Replayed } from '../../client/history/replayed';
import { workflowSource } from '../bundle';
import { locate } from './locate';

/** What the SDK would say on stderr the verdict says better. A process has one runtime, and keeps it. */
function quiet(): void {
  if (Runtime._instance !== undefined) return;
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} },
    },
  });
}

export type WorkflowSource = Pick<ReplayWorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'>;

/** @param source default: the workflows of this Drover */
export async function replay(
  { workflowId, history }: RecordedHistory,
  source: WorkflowSource = workflowSource(),
): Promise<Replayed> {
  quiet();
  const about = { workflowId, workflowType: typeOf(history), events: history.events?.length ?? 0 };
  try {
    await Worker.runReplayHistory(source, history, workflowId);
    return { ...about, verdict: 'same', why: null, event: null, line: null };
  } catch (error) {
    const why = reasonOf(error);
    const differs = error instanceof DeterminismViolationError;
    const place = differs ? await locate({ workflowId, history }, why) : { event: null, line: null };
    return { ...about, verdict: differs ? 'differs' : 'fails', why, ...place };
  }
}

/** The core's own sentence, out of the record that it is wrapped in. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, inner] = /message: "((?:[^"\\]|\\.)*)"/.exec(message) ?? [];
  return (inner ?? message).replaceAll('\\"', '"').replace(/^\[TMPRL\d+\] Nondeterminism error: /, '');
}
