/** A page of a wave as data: its VMs, and what is still to be said of them. Pure. */
import { cut } from '../../plan/cut';
import type { Failure } from '../../plan/failures';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import { summarize, summarizeMigrated } from '../migrate-wave/report';
import type {
  OperatorRequest,
  PageInput,
  PageNewsItem,
  PageOrders,
  PageRow,
  VmResult,
  VmSummary,
  WaveOutcome,
} from '../temporal-api';

export interface PageVm extends PageRow {
  /** Its number in the wave. */
  number: number;
  phase: 'queued' | 'running' | 'ended';
  /** Null before it is frozen, once it has ended, and where it was migrated before. */
  frozen: FrozenVm | null;
  summary: VmSummary | null;
  /** Who gives it up; heard by its migration as soon as that has started. */
  givenUp: OperatorRequest | null;
}

export interface PageState {
  plan: { namespace: string; name: string };
  vms: PageVm[];
  /** What its wave has not heard yet. */
  news: PageNewsItem[];
  /** It has had nothing to say for long, and asks whether its wave is there. */
  asking: boolean;
  /** When it last said anything, in milliseconds. */
  toldAt: number;
  /** Set once its wave has ended. */
  finish: Required<PageOrders>['finish'] | null;
  /** Nobody is there to hear it. */
  orphaned: boolean;
}

export function newPageState({ first, rows }: PageInput, now: number): PageState {
  return {
    plan: { namespace: '', name: '' },
    vms: rows.map((row, index) => ({
      ...row,
      number: first + index,
      phase: 'queued',
      frozen: null,
      summary: null,
      givenUp: null,
    })),
    news: [],
    asking: false,
    toldAt: now,
    finish: null,
    orphaned: false,
  };
}

/** @returns numbers of the VMs that were migrated before */
export function takeFrozen(
  state: PageState,
  vms: readonly FrozenVm[],
  migrated: readonly MigratedVm[],
): number[] {
  const fresh = new Map(vms.map((vm) => [vm.vm.moref, vm]));
  const before = new Map(migrated.map((vm) => [vm.vm.moref, vm]));
  for (const vm of state.vms) {
    vm.frozen = fresh.get(vm.moref) ?? null;
    const done = before.get(vm.moref);
    if (done === undefined) continue;
    vm.phase = 'ended';
    vm.summary = { ...summarizeMigrated(done), ...grouped(vm) };
  }
  return state.vms.filter(({ phase }) => phase === 'ended').map(({ number }) => number);
}

/** Characters of a failure's message that the wave keeps; the page has all of it. */
export const LONGEST_NEWS = 300;

export function endVm(state: PageState, vm: PageVm, end: VmEnd): void {
  const { outcome, failure, result } = end;
  if (vm.frozen !== null) vm.summary = summarize(vm.frozen, { outcome, failure, ...grouped(vm) }, result);
  vm.phase = 'ended';
  vm.frozen = null;
  const short = failure === null ? null : { ...failure, message: cut(failure.message, LONGEST_NEWS) };
  state.news.push({ row: vm.number, is: 'ended', outcome, failure: short });
}

export interface VmEnd {
  outcome: WaveOutcome;
  failure: Failure | null;
  /** Null where its record is lost with its workflow, or it never started. */
  result: VmResult | null;
}

/** What the wave has ended before it started. */
export function endUnstarted({ vms }: PageState, finish: NonNullable<PageState['finish']>): void {
  for (const { row, outcome } of finish) {
    const vm = vms.find(({ number }) => number === row);
    if (vm === undefined || vm.phase !== 'queued' || vm.frozen === null) continue;
    vm.phase = 'ended';
    vm.summary = summarize(vm.frozen, { outcome, failure: null, ...grouped(vm) }, null);
  }
}

function grouped({ group }: PageRow): { group?: string } {
  return group === undefined ? {} : { group };
}

export function summaries({ vms }: PageState): VmSummary[] {
  return vms.flatMap(({ summary }) => summary ?? []);
}

export function isRunning({ vms }: PageState): boolean {
  return vms.some(({ phase }) => phase === 'running');
}
