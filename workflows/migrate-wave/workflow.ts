import { TypedSearchAttributes } from '@temporalio/common';
import {
  condition,
  isCancellation,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { ResolvedPage } from '../../activities/interfaces';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import { planning } from '../activity-proxies';
import { mustBe, refuse } from '../checked';
import { waveId } from '../../plan/workflow-ids';
import {
  searchAttributes,
  vmParkedSignal,
  vmResumedSignal,
  waveStateQuery,
  wentWell,
  type VmResult,
  type VmSummary,
  type WaveInput,
  type WaveResult,
  type WaveState,
  type WaveVm,
} from '../temporal-api';
import { failTyped, toFailure } from '../failure';
import { fitted } from '../fit';
import { migrateVm } from '../migrate-vm/workflow';
import { summarize, summarizeMigrated } from './report';
import { endVm, hasFreeSlot, isRefused, newWaveState, queue, setParked, setStarted, takePage } from './state';

/**
 * Runs a plan: resolves and freezes all of it, then migrates its VMs, so many at once. A VM that fails or parks
 * holds up no other. With any error in the plan nothing is started.
 *
 * Cancelled, it gives up every VM that runs and ends with the report of all. A wave that ends any other way leaves
 * its VMs running: each has its own record and hears its own operators.
 */
export async function migrateWave(input: WaveInput): Promise<WaveResult> {
  const state = newWaveState();
  setHandler(waveStateQuery, () => fitted(state));
  setHandler(vmParkedSignal, (moref) => setParked(state, moref, true));
  setHandler(vmResumedSignal, (moref) => setParked(state, moref, false));
  return failTyped(async () => {
    const resolved = await resolve(state, input);
    // Under another id, nothing would keep the same plan from being run twice at once.
    refuse('migrateWave', isRefused(state) ? null : mustBe(waveId(state.plan)));
    return conclude(state, isRefused(state) ? [] : await migrateAll(state, resolved));
  });
}

interface Resolved {
  vms: FrozenVm[];
  migrated: MigratedVm[];
}

async function resolve(state: WaveState, input: WaveInput): Promise<Resolved> {
  const resolved: Resolved = { vms: [], migrated: [] };
  let images: ResolvedPage['images'];
  for (let offset: number | null = 0; offset !== null && !isRefused(state);) {
    const page: ResolvedPage = await planning.resolvePlan({ ...input, offset, images });
    images = page.images;
    takePage(state, page);
    resolved.vms.push(...page.vms);
    resolved.migrated.push(...(page.migrated ?? []));
    offset = page.next;
  }
  upsertSearchAttributes([{ key: searchAttributes.plan, value: planName(state) }]);
  return resolved;
}

/** Never throws: how each VM ended is its row. */
async function migrateAll(state: WaveState, { vms, migrated }: Resolved): Promise<VmSummary[]> {
  queue(state, vms, migrated);
  const rows = state.vms.slice(migrated.length);
  const runs: Promise<VmSummary>[] = [];
  let cancelled = false;
  for (const [index, vm] of vms.entries()) {
    const row = rows[index]!;
    cancelled ||= !(await slotFree(state));
    if (cancelled) endVm(row, 'aborted', null);
    runs.push(cancelled ? Promise.resolve(summarize(vm, row, null)) : migrateOne(state, vm, row));
  }
  return [...migrated.map(summarizeMigrated), ...(await Promise.all(runs))];
}

/** False where the wave was cancelled instead. */
async function slotFree(state: WaveState): Promise<boolean> {
  try {
    await condition(() => hasFreeSlot(state));
    return true;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return false;
  }
}

async function migrateOne(state: WaveState, vm: FrozenVm, row: WaveVm): Promise<VmSummary> {
  row.phase = 'starting';
  let result: VmResult | null = null;
  try {
    const child = await startVm(state, vm, row);
    setStarted(row);
    result = await child.result();
    endVm(row, result.outcome, result.failure);
  } catch (error) {
    endVm(row, isCancellation(error) ? 'aborted' : 'failed', isCancellation(error) ? null : toFailure(error));
  }
  setCurrentDetails(details(state));
  return summarize(vm, row, result);
}

/** Refused where another migration of the VM runs. */
function startVm(
  state: WaveState,
  vm: FrozenVm,
  row: WaveVm,
): Promise<ChildWorkflowHandle<typeof migrateVm>> {
  return startChild(migrateVm, {
    args: [vm],
    workflowId: row.workflowId,
    parentClosePolicy: 'ABANDON',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.plan, value: planName(state) },
      { key: searchAttributes.vm, value: row.name },
      { key: searchAttributes.phase, value: 'check' },
    ]),
  });
}

function conclude(state: WaveState, results: VmSummary[]): WaveResult {
  state.phase = 'ended';
  const succeeded = !isRefused(state) && results.every(({ outcome }) => wentWell(outcome));
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: succeeded ? 'succeeded' : 'failed' }]);
  return fitted({ ...state, succeeded, results });
}

function details(state: WaveState): string {
  const ended = state.vms.filter(({ phase }) => phase === 'ended').length;
  const parked = state.vms.filter(({ phase }) => phase === 'parked').length;
  return `${ended} of ${state.vms.length} VMs ended${parked > 0 ? `, ${parked} need attention` : ''}`;
}

function planName({ plan }: WaveState): string {
  return `${plan.namespace}/${plan.name}`;
}
