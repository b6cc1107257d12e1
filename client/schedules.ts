/** Starts of waves at a time to come: Temporal keeps them, and no client has to run then. */
import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
  type ScheduleSummary,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { planName, waveId } from '../plan/workflow-ids';
import type { StartWaveInput, StartWaveResult } from '../workflows/temporal-api';
import { DroverError } from './errors';
import type { QueueClient } from './short-workflows';
import { WORKFLOW_TYPES } from './workflow-types';

/** Once, at a moment (ISO 8601); or whenever the clock of a time zone shows what the cron expression says. */
export type StartTime = { at: string } | { cron: string; timeZone: string };

/** So late a start that Temporal missed, because it did not run, is made up for; a later one is left out. */
const CATCHUP_WINDOW = '1 hour';

export interface ScheduleEntry {
  /** `namespace/name`. */
  plan: string;
  when: StartTime;
  /** ISO 8601; null where no start is left. */
  next: string | null;
  /** Null before the first start. */
  last: LastStart | null;
}

export interface LastStart {
  /** ISO 8601. */
  at: string;
  /** `running`: the wave of before still ran, and no other was started. `unknown`: Temporal's record is gone. */
  outcome: 'started' | 'running' | 'failed' | 'unknown';
}

/** @throws `InvalidInput` where Temporal refuses the time, `AlreadyMigrating` where the plan has a schedule */
export async function createSchedule(
  { client, taskQueue }: QueueClient,
  input: StartWaveInput,
  when: StartTime,
): Promise<ScheduleEntry> {
  const name = planName(input.plan);
  try {
    const handle = await client.schedule.create({
      scheduleId: waveId(input.plan),
      spec: specOf(when),
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOW_TYPES.startWave,
        workflowId: `start-wave/${name}`,
        taskQueue,
        args: [input],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCHUP_WINDOW },
      state: { note: `starts the wave of plan ${name}`, ...('at' in when && { remainingActions: 1 }) },
      memo: { when },
    });
    const [next] = (await handle.describe()).info.nextActionTimes;
    if (next !== undefined) return { plan: name, when, next: next.toISOString(), last: null };
    await handle.delete();
  } catch (error) {
    throw refusal(error, name);
  }
  throw new DroverError('InvalidInput', 'there is no such time to come; give another cron expression');
}

function specOf(when: StartTime): ScheduleSpec {
  if ('cron' in when) return { cronExpressions: [when.cron], timezone: when.timeZone };
  const at = new Date(when.at);
  const day = { year: at.getUTCFullYear(), month: MONTHS[at.getUTCMonth()]!, dayOfMonth: at.getUTCDate() };
  const time = { hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() };
  return { calendars: [{ ...day, ...time }], timezone: 'UTC' };
}

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;

function refusal(error: unknown, plan: string): unknown {
  if (error instanceof ScheduleAlreadyRunning)
    return new DroverError(
      'AlreadyMigrating',
      `plan ${plan} has a schedule already; see: drover schedule list; remove it: drover schedule remove ${plan}`,
      { cause: error },
    );
  // What the server calls an invalid argument, the SDK throws as a TypeError with the server's words.
  if (!(error instanceof TypeError)) return error;
  const remedy = "give a cron expression of five fields, as '0 22 * * 6'";
  return new DroverError('InvalidInput', `Temporal refuses the schedule: ${error.message}; ${remedy}`, {
    cause: error,
  });
}

/** By plan. */
export async function listSchedules(client: Client): Promise<ScheduleEntry[]> {
  const entries: ScheduleEntry[] = [];
  for await (const summary of client.schedule.list()) {
    const entry = await entryOf(client, summary);
    if (entry !== null) entries.push(entry);
  }
  return entries.sort((one, other) => (one.plan < other.plan ? -1 : 1));
}

/** Null of a schedule that is not Drover's. */
async function entryOf(
  client: Client,
  { scheduleId, action, memo, info }: ScheduleSummary,
): Promise<ScheduleEntry | null> {
  const isOurs = action?.type === 'startWorkflow' && action.workflowType === WORKFLOW_TYPES.startWave;
  if (!isOurs) return null;
  const [next] = info.nextActionTimes;
  const start = info.recentActions.at(-1);
  return {
    plan: scheduleId.replace(/^migrate\//, ''),
    when: (memo as { when: StartTime }).when,
    next: next?.toISOString() ?? null,
    last:
      start === undefined
        ? null
        : {
            at: start.takenAt.toISOString(),
            outcome: await outcomeOf(client, start.action.workflow),
          },
  };
}

async function outcomeOf(
  client: Client,
  { workflowId, firstExecutionRunId }: { workflowId: string; firstExecutionRunId: string },
): Promise<LastStart['outcome']> {
  const handle = client.workflow.getHandle(workflowId, firstExecutionRunId);
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return 'unknown';
    const { started } = (await handle.result()) as StartWaveResult;
    return started ? 'started' : 'running';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    if (error instanceof WorkflowFailedError) return 'failed';
    throw error;
  }
}

/** The wave that it may have started goes on. @throws `NotFound` */
export async function removeSchedule(client: Client, plan: StartWaveInput['plan']): Promise<void> {
  try {
    await client.schedule.getHandle(waveId(plan)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new DroverError(
      'NotFound',
      `plan ${planName(plan)} has no schedule; list them: drover schedule list`,
      { cause: error },
    );
  }
}
