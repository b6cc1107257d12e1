/** Histories of workflows outside of Temporal: one file holds a migration with all that its workflows started. */
import type { WorkflowHandle } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { z } from 'zod';
import { DroverError } from '../errors';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

/** One run of one workflow. */
export interface RecordedHistory {
  workflowId: string;
  history: History;
}

const FORMAT = 'drover.histories/v1';

const eventsSchema = z.object({ events: z.array(z.record(z.string(), z.unknown())).min(1) });
const archiveSchema = z.object({
  format: z.literal(FORMAT),
  histories: z.array(z.object({ workflowId: z.string().min(1), history: eventsSchema })).min(1),
});
/** As the `temporal` command and the Temporal UI write one workflow's history. */
const foreignSchema = eventsSchema.extend({ workflowId: z.string().optional() });

/** The text of a file that {@link readArchive} reads. Histories hold no secrets, but names, addresses and reasons. */
export function writeArchive(histories: readonly RecordedHistory[]): string {
  const archive = {
    format: FORMAT,
    histories: histories.map(({ workflowId, history }) => ({
      workflowId,
      history: JSON.parse(historyToJSON(history)) as unknown,
    })),
  };
  return `${JSON.stringify(archive)}\n`;
}

/**
 * What `drover history --export` has written, or one history as `temporal workflow show --output json` writes it.
 *
 * @param file as errors name it
 * @throws `InvalidInput`
 */
export function readArchive(file: string, text: string): RecordedHistory[] {
  const parsed = parse(file, text);
  const archive = archiveSchema.safeParse(parsed);
  if (archive.success)
    return archive.data.histories.map(({ workflowId, history }) => ({
      workflowId,
      history: read(file, history),
    }));
  const foreign = foreignSchema.safeParse(parsed);
  if (!foreign.success)
    throw refused(file, `holds no histories: ${FORMAT}, or one workflow's {"events": […]}, is wanted`);
  const history = read(file, foreign.data);
  const workflowId = foreign.data.workflowId ?? startOf(history)?.workflowId ?? '';
  if (workflowId === '')
    throw refused(file, 'does not say the id of its workflow; add "workflowId" beside "events"');
  return [{ workflowId, history }];
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(file, 'is not JSON');
  }
}

function read(file: string, history: z.infer<typeof eventsSchema>): History {
  try {
    return historyFromJSON(history);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown events';
    throw refused(file, `holds a history that this version can't read (${why})`);
  }
}

function refused(file: string, what: string): DroverError {
  return new DroverError('InvalidInput', `${file} ${what}; write it by: drover history VM --export FILE`);
}

/** With what a workflow was started. */
export function startOf({ events }: History) {
  return events?.[0]?.workflowExecutionStartedEventAttributes;
}

export function typeOf(history: History): string {
  return startOf(history)?.workflowType?.name ?? '';
}
