/** Follows a wave from outside. Costs the worker one query a tick, and one for each VM that moves. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { WaveState, WaveVm } from '../workflows/temporal-api';
import { VmHandle } from './vm-handle';
import type { WatchedVm } from './watched-vm';

export interface WatchOptions {
  /** Ends watching, never the migration. */
  signal?: AbortSignal;
  /** Shortest time between two looks, in milliseconds; default 1 s. */
  intervalMs?: number;
}

export interface WatchSnapshot {
  /** As last heard; null before the first answer. */
  wave: WaveState | null;
  /** VMs that have started, as last heard. */
  vms: WatchedVm[];
  /** True where what is shown may be old: no worker answers at this moment. */
  workerSilent: boolean;
  /** `parked`: nothing goes on without an operator: VMs are parked, or the wave is held. */
  status: 'running' | 'parked' | 'ended';
}

interface WaveSource {
  tryState(): Promise<WaveState | null>;
}

/** Workers report progress every two seconds: a look each second shows it soon. */
const INTERVAL_MS = 1_000;
/** More VMs are looked at less often, so that watching stays cheap. */
const INTERVAL_PER_VM_MS = 50;
/** A person who watches wants to see something move. */
const SLOWEST_MS = 10_000;

export async function* watchWave(
  client: Client,
  source: WaveSource,
  { signal, intervalMs = INTERVAL_MS }: WatchOptions = {},
): AsyncGenerator<WatchSnapshot, void> {
  const known = new Map<string, WatchedVm>();
  let wave: WaveState | null = null;
  let silences = 0;
  while (signal?.aborted !== true) {
    const heard = await source.tryState();
    silences = heard === null ? silences + 1 : 0;
    wave = heard ?? wave;
    const moving = heard === null ? [] : heard.vms.filter((vm) => needsLook(vm, known.get(vm.workflowId)));
    const looks = moving.map((one) => look(client, one, known.get(one.workflowId)));
    for (const vm of await Promise.all(looks)) known.set(vm.workflowId, vm);
    const status = heard === null || goesOnAlready(heard, known) ? 'running' : waveStatus(heard);
    yield { wave, vms: [...known.values()], workerSilent: heard === null, status };
    if (status !== 'running') return;
    await pause(nextLook(intervalMs, moving.length, silences), signal);
  }
}

/** A VM that was retried a moment ago says so before its wave has heard of it. */
function goesOnAlready({ vms }: WaveState, known: ReadonlyMap<string, WatchedVm>): boolean {
  return vms.some(({ phase, workflowId }) => {
    const state = phase === 'parked' ? known.get(workflowId)?.state : null;
    return state != null && state.attention === null && state.outcome === null;
  });
}

/** Running VMs always; parked and ended ones once, since nothing moves there. */
function needsLook(vm: WaveVm, former: WatchedVm | undefined): boolean {
  switch (vm.phase) {
    case 'queued':
    case 'starting':
      return false;
    case 'running':
      return true;
    case 'parked':
      return former?.state?.attention == null;
    case 'ended':
      // A VM that was never started has nothing to look at.
      return former !== undefined && former.state?.outcome == null;
  }
}

/** What was known stays where nobody answers this time. */
async function look(client: Client, { workflowId, name }: WaveVm, former?: WatchedVm): Promise<WatchedVm> {
  try {
    const { state, steps } = await new VmHandle(client, workflowId).status();
    return { workflowId, name, state: state ?? former?.state ?? null, steps };
  } catch {
    // Started this instant, or gone from the records: the next look, or the wave's own report, says.
    return former ?? { workflowId, name, state: null, steps: [] };
  }
}

/**
 * Queued VMs start by themselves, unless something holds them: with nothing on its way, only an operator ends that, or
 * the opening of a window, where that is all that holds every VM.
 */
export function waveStatus({ phase, vms, holds }: WaveState): WatchSnapshot['status'] {
  if (phase === 'ended') return 'ended';
  const open = vms.filter((vm) => vm.phase !== 'ended');
  const moves = open.some((vm) => vm.phase === 'starting' || vm.phase === 'running');
  const queued = open.some((vm) => vm.phase === 'queued');
  const isForWindow = holds?.some(({ kind }) => kind === 'window') === true;
  const held = isForWindow
    ? holds?.some(({ needsOperator, group }) => needsOperator && group === undefined)
    : holds !== undefined;
  const waits = phase === 'migrating' && open.length > 0 && !moves && (!queued || held === true);
  return waits ? 'parked' : 'running';
}

/** Backs off while nobody answers. Milliseconds. */
export function nextLook(intervalMs: number, moving: number, silences: number): number {
  return Math.min(SLOWEST_MS, (intervalMs + moving * INTERVAL_PER_VM_MS) * 2 ** Math.min(silences, 4));
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    if (signal?.aborted !== true) throw error;
  });
}
