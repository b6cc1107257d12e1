/** What histories say of each VM of a storm, and what its disks hold. */
import type { Client } from '@temporalio/client';
import type { CoreV1Api } from '@kubernetes/client-node';
import { TARGET_NAMESPACE } from '../../cluster-objects';
import type { LabState } from '../../state';
import { sourceFile, targetSha256 } from '../../verify';
import type { DiskFacts, GoneBack, VmFacts } from '../check/facts';
import type { WatchedVm } from '../operators';
import { expectedHash } from './expected-hash';
import { firstOf, type RecordedHistory, timeOf, typeOf } from './histories';

/** What a migration says of itself: its result, or its answer to a query. */
interface VmRecord {
  target: { name: string };
  outcome: string | null;
  attention: { failure: { kind: string; message: string } } | null;
  decisions: { at: string; action: string }[];
  disks: { key: number; path: string; volumeName: string; capacityBytes: number }[];
}

/** Kinds of failures after which disks are copied again, as their remedies in docs/operations.md say. */
const VOIDING = ['SourceRanMeanwhile', 'VolumeLost', 'ScratchLost'];
const GIVING_UP = ['abort', 'cancel', 'deadline'];

export interface VmSources {
  lab: LabState;
  temporal: Client;
  core: CoreV1Api;
  histories: readonly RecordedHistory[];
}

export async function vmFacts(
  sources: VmSources,
  { name, workflowId }: WatchedVm,
  ranAtFirst: boolean,
): Promise<VmFacts> {
  // What goes back from a migration has its id.
  const all = sources.histories.filter((history) => history.workflowId === workflowId);
  const own = all.filter((history) => typeOf(history) === 'migrateVm');
  const goings = all.filter((history) => typeOf(history) !== 'migrateVm');
  const record = await recordOf(sources, workflowId, own.at(-1));
  const decided = record?.decisions.filter(({ action }) => GIVING_UP.includes(action)) ?? [];
  const abortedAt = decided.map(({ at }) => Date.parse(at));
  const attention = record?.attention;
  return {
    name,
    moref: workflowId.split('/').at(-1) ?? '',
    target: record?.target.name ?? name,
    ranAtFirst,
    outcome: record?.outcome ?? null,
    parkedBecause: attention ? `${attention.failure.kind}: ${attention.failure.message}` : null,
    startAskedAt: [
      ...abortedAt,
      ...goings
        .filter((history) => typeOf(history) === 'rollBackVm')
        .map(({ history }) => timeOf(history.events[0])),
    ],
    goneBack: goings.length === 0 ? null : goneBackBy(goings.at(-1)!),
    voidedAt: [...abortedAt, ...own.flatMap(voidings)],
    disks: await Promise.all(
      (record?.disks ?? []).map((disk) =>
        diskFacts(sources, { disk, workflowId, own, outcome: record?.outcome, converted: isConverted(own) }),
      ),
    ),
  };
}

function goneBackBy({ history }: RecordedHistory): GoneBack {
  const result = history.events.at(-1)?.workflowExecutionCompletedEventAttributes?.result;
  const input = history.events[0]?.workflowExecutionStartedEventAttributes?.input;
  return {
    outcome: firstOf<{ outcome: string }>(result)?.outcome ?? null,
    deletesTarget: firstOf<{ deleteTarget?: boolean }>(input)?.deleteTarget === true,
  };
}

/** What its migration was given says whether the plan wants it. */
function isConverted(own: readonly RecordedHistory[]): boolean {
  const input = own.at(-1)?.history.events[0]?.workflowExecutionStartedEventAttributes?.input;
  return (firstOf<{ conversion: object | null }>(input)?.conversion ?? null) !== null;
}

async function recordOf(
  { temporal }: VmSources,
  workflowId: string,
  latest: RecordedHistory | undefined,
): Promise<VmRecord | null> {
  const last = latest?.history.events.at(-1);
  const result = firstOf<VmRecord>(last?.workflowExecutionCompletedEventAttributes?.result);
  if (result !== null || latest === undefined) return result;
  return temporal.workflow
    .getHandle(workflowId)
    .query<VmRecord>('state')
    .catch(() => null);
}

function voidings({ history }: RecordedHistory): number[] {
  return history.events
    .filter((event) => VOIDING.some((kind) => JSON.stringify(event).includes(`"${kind}"`)))
    .map(timeOf);
}

interface DiskOf {
  /** Whether its VM is converted. */
  converted: boolean;
  disk: VmRecord['disks'][number];
  workflowId: string;
  own: readonly RecordedHistory[];
  outcome: string | null | undefined;
}

async function diskFacts(
  sources: VmSources,
  { disk, workflowId, own, outcome, converted }: DiskOf,
): Promise<DiskFacts> {
  const { key, path, volumeName: volume, capacityBytes } = disk;
  const copyWorkflow = `${workflowId}/disk-${key}`;
  const inputs = sources.histories
    .filter((history) => history.workflowId === copyWorkflow)
    .map(({ history }) =>
      firstOf<{ copyId: string }>(history.events[0]?.workflowExecutionStartedEventAttributes?.input),
    );
  const ends = own
    .flatMap(({ history }) => history.events)
    .filter(
      ({ childWorkflowExecutionCompletedEventAttributes: child }) =>
        child?.workflowExecution.workflowId === copyWorkflow,
    );
  return {
    key,
    volume,
    copyIds: inputs.flatMap((input) => input?.copyId ?? []),
    copiedAt: ends.map(timeOf),
    hashes: {
      expected: expectedHash(sourceFile(sources.lab, path), capacityBytes, converted),
      target: outcome === 'succeeded' ? await targetHash(sources, volume, capacityBytes) : null,
    },
  };
}

async function targetHash({ lab, core }: VmSources, claim: string, bytes: number): Promise<string | null> {
  try {
    return await targetSha256(lab, core, { namespace: TARGET_NAMESPACE, claim, bytes });
  } catch {
    return null;
  }
}
