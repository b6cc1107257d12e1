/** Lists of migrations, from Temporal's visibility alone: no worker is asked, and nothing is asked per VM. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { morefOf } from '../plan/workflow-ids';
import {
  PHASES,
  type Phase,
  ROLL_BACK_OUTCOMES,
  ROLL_BACK_PHASES,
  type RollBackOutcome,
  type RollBackPhase,
  searchAttributes,
  type WaveOutcome,
} from '../workflows/temporal-api';
import { closedAs } from './closed-as';
import { DroverError, GRPC, grpcCode } from './errors';
import { WORKFLOW_TYPES } from './workflow-types';

/** One VM's latest migration, or what came after it (a rollback, that it was made final), as lists show it. */
export interface VmListEntry {
  workflowId: string;
  runId: string;
  vm: string;
  moref: string;
  /** `namespace/name`. */
  plan: string;
  phase: Phase | RollBackPhase | null;
  /** Null while it goes on. */
  outcome: WaveOutcome | RollBackOutcome | 'terminated' | null;
  /** Failure kind that an operator must look at; null where nobody is waited for. */
  attention: string | null;
  startedAt: string;
  endedAt: string | null;
  /** Former migrations of the VM, newest first, as far as Temporal has kept their records; absent where nobody asked. */
  earlier?: EarlierRun[];
}

/** One that ended before the latest began. Its whole record is under its run id. */
export interface EarlierRun {
  runId: string;
  plan: string;
  outcome: Exclude<VmListEntry['outcome'], null>;
  startedAt: string;
  endedAt: string;
}

export interface ListOptions {
  /** `namespace/name`. */
  plan?: string;
  /** Only those that go on. */
  running?: boolean;
}

/** They share the id of the VM's migration. */
const OF_ONE_VM = `WorkflowType IN ('${WORKFLOW_TYPES.migrateVm}', '${WORKFLOW_TYPES.rollBackVm}', '${WORKFLOW_TYPES.finalizeVm}')`;

/** Newest first; of a VM that was migrated more than once, the latest, with those before it. */
export async function listVms(client: Client, options: ListOptions = {}): Promise<VmListEntry[]> {
  const clauses = [
    OF_ONE_VM,
    ...(options.plan === undefined ? [] : [`${searchAttributes.plan.name} = ${quote(options.plan)}`]),
    ...(options.running === true ? [`ExecutionStatus = 'Running'`] : []),
  ];
  return query(client, clauses.join(' AND '));
}

/** Runs of one VM's migration, newest first. */
export function listRuns(client: Client, workflowId: string): Promise<VmListEntry[]> {
  return query(client, `${OF_ONE_VM} AND WorkflowId = ${quote(workflowId)}`);
}

async function query(client: Client, query: string): Promise<VmListEntry[]> {
  const runs = new Map<string, WorkflowExecutionInfo[]>();
  try {
    for await (const info of client.workflow.list({ query })) {
      runs.set(info.workflowId, [...(runs.get(info.workflowId) ?? []), info]);
    }
  } catch (error) {
    throw setupMissing(error);
  }
  const latest = [...runs.values()].flatMap((ofOne) => withEarlier(ofOne));
  return latest.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** Visibility knows no attributes of ours; any other error comes back unchanged. */
export function setupMissing(error: unknown): unknown {
  if (grpcCode(error) !== GRPC.invalidArgument) return error;
  const message = "Temporal lacks Drover's search attributes; run: drover setup";
  return new DroverError('SetupMissing', message, { cause: error });
}

function withEarlier(runs: readonly WorkflowExecutionInfo[]): VmListEntry[] {
  const [latest, ...former] = [...runs].sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
  return latest === undefined ? [] : [{ ...listEntry(latest), earlier: former.flatMap(earlierRun) }];
}

function earlierRun(info: WorkflowExecutionInfo): EarlierRun[] {
  const { plan, outcome, startedAt, endedAt } = listEntry(info);
  // Visibility lags behind: a run that is closed may pass for an open one for a moment.
  if (outcome === null || endedAt === null) return [];
  return [{ runId: info.runId, plan, outcome, startedAt, endedAt }];
}

/** Visibility's strings are in single or double quotes; a backslash escapes. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** What a list and a description have in common. */
type ExecutionSummary = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'typedSearchAttributes' | 'status' | 'startTime' | 'closeTime'
>;

/** Of one run by itself: those before it are not asked for. */
export function listEntry(info: ExecutionSummary): VmListEntry {
  const attributes = info.typedSearchAttributes;
  const moref = morefOf(info.workflowId);
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    vm: attributes.get(searchAttributes.vm) ?? moref,
    moref,
    plan: attributes.get(searchAttributes.plan) ?? '',
    phase: ALL_PHASES.find((phase) => phase === attributes.get(searchAttributes.phase)) ?? null,
    outcome: outcomeOf(info),
    attention: info.status.name === 'RUNNING' ? (attributes.get(searchAttributes.attention) ?? null) : null,
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
  };
}

const ALL_PHASES = [...PHASES, ...ROLL_BACK_PHASES];
const OUTCOMES: readonly (WaveOutcome | RollBackOutcome)[] = [
  ...(['succeeded', 'alreadyMigrated', 'skipped', 'failed', 'aborted'] as const),
  ...ROLL_BACK_OUTCOMES,
];

function outcomeOf(info: ExecutionSummary): VmListEntry['outcome'] {
  const end = closedAs(info);
  if (end === 'cancelled') return 'aborted';
  if (end !== 'completed') return end;
  const outcome = info.typedSearchAttributes.get(searchAttributes.outcome);
  return OUTCOMES.find((known) => known === outcome) ?? null;
}
