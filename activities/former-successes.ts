/** Temporal's own records of migrations that succeeded, asked by the worker's client. */
import { Context, log } from '@temporalio/activity';
import type { FormerSuccess, SourceId } from '../plan/earlier';
import { vmId } from '../plan/workflow-ids';
import { readFirstInput } from './first-input';

/** Ids in one question. */
const IDS_AT_ONCE = 50;
/** Completed runs that Drover reads for one question; a VM has few. */
const MOST_RUNS = 2_000;

/** Ids stand in a query: one with a quote in it is no id of ours. */
const PLAIN_ID = /^[\w./-]+$/;

/** The part of a migration's result that matters here. Not trusted: an older version may have written it. */
interface Result {
  outcome?: unknown;
  /** Of a rollback: the run of the migration that it took back. */
  runId?: unknown;
  plan?: { namespace: string; name: string };
  target?: { namespace: string; name: string };
}

/** The part of a migration's input that matters here. Not trusted, either. */
interface Frozen {
  target?: { url?: unknown };
  vm?: { instanceUuid?: unknown };
}

/**
 * The latest success of each VM in each namespace of a target cluster, as far as Temporal still has records, without those that
 * were rolled back. Of VMs that had one id after each other, the latest of each. None where Temporal can't be asked: the notes on
 * what stands at the target are there in any case.
 * @param targetUrl of the cluster; a namespace of its name elsewhere is another one
 */
export async function readFormerSuccesses(
  vms: readonly SourceId[],
  targetUrl: string,
): Promise<FormerSuccess[]> {
  const byId = new Map(vms.map((vm) => [vmId(vm), vm]));
  const ids = [...byId.keys()].filter((id) => PLAIN_ID.test(id));
  const latest = new Map<string, FormerSuccess>();
  try {
    for (let begin = 0; begin < ids.length; begin += IDS_AT_ONCE) {
      const some = ids.slice(begin, begin + IDS_AT_ONCE);
      for await (const success of successesOf(some, byId, targetUrl)) {
        const { vcenterUuid, moref, instanceUuid, target } = success;
        const key = JSON.stringify([vcenterUuid, moref, instanceUuid, target.namespace]);
        if ((latest.get(key)?.at ?? '') < success.at) latest.set(key, success);
      }
    }
  } catch (error) {
    log.warn('records of former migrations could not be read', {
      why: error instanceof Error ? error.name : 'unknown',
    });
    return [];
  }
  return [...latest.values()];
}

async function* successesOf(
  ids: readonly string[],
  byId: ReadonlyMap<string, SourceId>,
  targetUrl: string,
): AsyncGenerator<FormerSuccess> {
  const { workflow } = Context.current().client;
  const names = ids.map((id) => `'${id}'`).join(', ');
  const query = `WorkflowType IN ('migrateVm', 'rollBackVm') AND ExecutionStatus = 'Completed' AND WorkflowId IN (${names})`;
  const successes: { runId: string; workflowId: string; success: Omit<FormerSuccess, 'instanceUuid'> }[] = [];
  const takenBack = new Set<unknown>();
  let runs = 0;
  for await (const { workflowId, runId, closeTime } of workflow.list({ query })) {
    const vm = byId.get(workflowId);
    if (vm === undefined || (runs += 1) > MOST_RUNS) continue;
    const result = (await workflow.getHandle(workflowId, runId).result()) as Result | null;
    if (result?.outcome === 'rolledBack') takenBack.add(result.runId);
    if (result?.outcome !== 'succeeded' || result.plan === undefined || result.target === undefined) continue;
    const at = (closeTime ?? new Date(0)).toISOString();
    successes.push({
      runId,
      workflowId,
      success: { ...vm, plan: result.plan, target: result.target, at },
    });
  }
  for (const { runId, workflowId, success } of successes.filter((one) => !takenBack.has(one.runId))) {
    const frozen = (await readFirstInput({ workflowId, runId })) as Frozen | undefined;
    if (frozen?.target?.url !== targetUrl) continue;
    const instanceUuid = frozen.vm?.instanceUuid;
    yield { ...success, instanceUuid: typeof instanceUuid === 'string' ? instanceUuid : null };
  }
}
