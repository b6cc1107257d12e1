/**
 * Waves that began before their VMs were kept in pages: they have all of them in one history. This file and
 * `before-pages-state.ts` may go a year after the release that brought pages, the longest that a VM stays parked
 * (`LONGEST_PARK_SECONDS`): until then such a wave may still run.
 */
import { TypedSearchAttributes } from '@temporalio/common';
import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { ResolvedPage } from '../../activities/interfaces';
import type { FrozenVm } from '../../plan/frozen';
import { planning } from '../activity-proxies';
import { mustBe, refuse } from '../checked';
import { planName, waveId } from '../../plan/workflow-ids';
import {
  giveUpSignal,
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
import { decide } from './decide';
import { hearOperators } from './hear';
import { summarize, summarizeMigrated } from './report';
import { details, publish } from './publish';
import { queue, takePage, type Resolved } from './before-pages-state';
import { endUnstarted, endVm, isRefused, newWaveState, setParked, setStarted, viewOf } from './state';
import { lookAtStartWindows } from './windows';

/** A wave as its workflow has it at hand. */
interface Wave {
  state: WaveState;
  /** Whether anything has happened since it was last decided who starts. */
  moved: boolean;
  /** As the search attribute has it. */
  attention: string | null;
  /** VMs whose migrations have heard that they are cancelled, by moref. */
  heardCancel: Set<string>;
}

export async function migrateWholeWave(input: WaveInput): Promise<WaveResult> {
  const state = newWaveState();
  const wave: Wave = { state, moved: false, attention: null, heardCancel: new Set() };
  hear(wave);
  return failTyped(async () => {
    const resolved = await resolve(state, input);
    // Under another id, nothing would keep the same plan from being run twice at once.
    refuse('migrateWave', isRefused(state) ? null : mustBe(waveId(state.plan)));
    return conclude(state, isRefused(state) ? [] : await migrateAll(wave, resolved));
  });
}

function hear(wave: Wave): void {
  const { state } = wave;
  const parked = (moref: string, isParked: boolean): void => {
    setParked(state, moref, isParked);
    wave.moved = true;
  };
  setHandler(waveStateQuery, () => fitted(state));
  setHandler(vmParkedSignal, (moref) => parked(moref, true));
  setHandler(vmResumedSignal, (moref) => parked(moref, false));
  hearOperators(state, () => (wave.moved = true));
}

async function resolve(state: WaveState, input: WaveInput): Promise<Resolved> {
  const resolved: Resolved = { vms: [], migrated: [], roles: [] };
  let images: ResolvedPage['images'];
  for (let offset: number | null = 0; offset !== null && !isRefused(state);) {
    const page: ResolvedPage = await planning.resolvePlan({ ...input, offset, images });
    images = page.images;
    takePage(state, page);
    resolved.vms.push(...page.vms);
    resolved.migrated.push(...(page.migrated ?? []));
    resolved.roles.push(...(page.roles ?? []));
    offset = page.next;
  }
  upsertSearchAttributes([{ key: searchAttributes.plan, value: planName(state.plan) }]);
  return resolved;
}

/** Never throws: how each VM ended is its row. */
async function migrateAll(wave: Wave, resolved: Resolved): Promise<VmSummary[]> {
  const { state } = wave;
  queue(state, resolved);
  const frozen = new Map(resolved.vms.map((vm) => [vm.vm.moref, vm]));
  const runs = new Map<string, Promise<VmSummary>>();
  const begin = (row: WaveVm) => runs.set(row.moref, migrateOne(wave, frozen.get(row.moref)!, row));
  await startInOrder(wave, begin);
  const ended = new Map(
    await Promise.all([...runs].map(async ([moref, run]) => [moref, await run] as const)),
  );
  const rows = new Map(state.vms.map((row) => [row.moref, row]));
  const summaries = resolved.vms.map(
    (vm) => ended.get(vm.vm.moref) ?? summarize(vm, rows.get(vm.vm.moref)!, null),
  );
  return [...resolved.migrated.map(summarizeMigrated), ...summaries];
}

/** Until all have ended, or the wave is cancelled: then nobody is queued any more. */
async function startInOrder(wave: Wave, begin: (row: WaveVm) => void): Promise<void> {
  const { state } = wave;
  try {
    while (state.vms.some(({ phase }) => phase !== 'ended')) {
      wave.moved = false;
      await lookAtStartWindows({ state, looksBeside: false }, () => (wave.moved = true));
      decide(viewOf(state)).start.forEach(begin);
      publish(wave);
      await tellCancelled(wave);
      await condition(() => wave.moved);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    for (const row of state.vms) if (row.phase === 'queued') endUnstarted(row, 'aborted');
  }
  publish(wave);
}

/** VMs that an operator cancels while they run. One that has ended meanwhile has no use for the word. */
async function tellCancelled({ state, heardCancel }: Wave): Promise<void> {
  const fresh = state.vms.filter(
    ({ moref, phase, cancelled }) =>
      cancelled !== undefined && !heardCancel.has(moref) && (phase === 'running' || phase === 'parked'),
  );
  const words = fresh.map(({ moref, workflowId, cancelled }) => {
    heardCancel.add(moref);
    return getExternalWorkflowHandle(workflowId)
      .signal(giveUpSignal, cancelled!)
      .catch(() => undefined);
  });
  await Promise.all(words);
}

async function migrateOne(wave: Wave, vm: FrozenVm, row: WaveVm): Promise<VmSummary> {
  row.phase = 'starting';
  let result: VmResult | null = null;
  try {
    const child = await startVm(wave.state, vm, row);
    setStarted(row);
    wave.moved = true;
    result = await child.result();
    endVm(row, result.outcome, result.failure);
  } catch (error) {
    endVm(row, isCancellation(error) ? 'aborted' : 'failed', isCancellation(error) ? null : toFailure(error));
  }
  wave.moved = true;
  setCurrentDetails(details(wave.state));
  return summarize(vm, row, result);
}

/** Refused where another migration of the VM runs. */
function startVm(
  state: WaveState,
  vm: FrozenVm,
  row: WaveVm,
): Promise<ChildWorkflowHandle<typeof migrateVm>> {
  return startChild(migrateVm, {
    // Where the plan says nothing of its wave, no VM comes before another.
    args: [row.priority === undefined ? vm : { ...vm, priority: row.priority }],
    workflowId: row.workflowId,
    parentClosePolicy: 'ABANDON',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.plan, value: planName(state.plan) },
      { key: searchAttributes.vm, value: row.name },
      { key: searchAttributes.phase, value: 'check' },
    ]),
  });
}

function conclude(state: WaveState, results: VmSummary[]): WaveResult {
  state.phase = 'ended';
  const succeeded =
    !isRefused(state) && results.every(({ outcome }) => outcome === 'skipped' || wentWell(outcome));
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: succeeded ? 'succeeded' : 'failed' }]);
  return fitted({ ...state, succeeded, results });
}
