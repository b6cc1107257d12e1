import { TypedSearchAttributes } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { refuses } from '../../plan/problem';
import { planName, vmId } from '../../plan/workflow-ids';
import { planning, VM_TASK_TIMEOUT } from '../activity-proxies';
import { failTyped, toFailure } from '../failure';
import { fitted } from '../fit';
import { readPageSignal } from '../inputs';
import { migrateVm } from '../migrate-vm/workflow';
import {
  countedOutcome,
  giveUpSignal,
  pageFrozenSignal,
  pageNewsSignal,
  pageOrdersSignal,
  pageStateQuery,
  searchAttributes,
  vmParkedSignal,
  vmResumedSignal,
  type PageFrozen,
  type PageInput,
  type PageOrders,
  type PageResult,
  type VmResult,
} from '../temporal-api';
import {
  endUnstarted,
  endVm,
  isRunning,
  newPageState,
  summaries,
  takeFrozen,
  type PageState,
  type PageVm,
} from './state';

/** A page as its workflow has it at hand. */
interface Page {
  input: PageInput;
  state: PageState;
  /** Migrations that run, by the VM's number. */
  children: Map<number, ChildWorkflowHandle<typeof migrateVm>>;
}

/**
 * Some VMs of a wave: freezes them, starts those that the wave tells it to, says how they stand, and keeps their reports
 * as long as the wave runs. So no history, and no message, has more than one page.
 *
 * Without its wave it starts nobody, and ends with its last VM.
 */
export async function wavePage(input: PageInput): Promise<PageResult> {
  const page: Page = { input, state: newPageState(input, Date.now()), children: new Map() };
  hear(page);
  CancellationScope.current().cancelRequested.catch(() => cancel(page));
  return failTyped(() =>
    CancellationScope.nonCancellable(async () => {
      await tellFrozen(page, await freeze(page));
      void askForWave(page.state);
      await tellNews(page);
      endUnstarted(page.state, page.state.finish ?? []);
      return resultOf(page.state);
    }),
  );
}

function hear(page: Page): void {
  const { state } = page;
  setHandler(pageStateQuery, () => resultOf(state));
  setHandler(pageOrdersSignal, (said) => {
    const orders = readPageSignal('pageOrders', said);
    if (orders !== undefined) obey(page, orders);
  });
  setHandler(vmParkedSignal, (moref) => passOn(state, moref, 'parked'));
  setHandler(vmResumedSignal, (moref) => passOn(state, moref, 'running'));
}

function passOn(state: PageState, moref: string, is: 'parked' | 'running'): void {
  const vm = state.vms.find((candidate) => candidate.moref === moref);
  // A word that arrives after the end, or before the start of a later run of the VM, says nothing about this one.
  if (vm?.phase === 'running') state.news.push({ row: vm.number, is });
}

// ---- Freezing -----------------------------------------------------------------------------------------------

type Frozen = Pick<PageFrozen, 'problems' | 'failure' | 'migrated'>;

async function freeze({ input, state }: Page): Promise<Frozen> {
  const { manifests, again, images } = input;
  try {
    const { problems, vms, migrated } = await planning.freezeVms({ manifests, again, images });
    if (refuses(problems)) return { problems, failure: null, migrated: [] };
    const [first] = [...vms, ...migrated];
    if (first !== undefined) state.plan = first.plan;
    return { problems: [], failure: null, migrated: takeFrozen(state, vms, migrated) };
  } catch (error) {
    return { problems: [], failure: toFailure(error), migrated: [] };
  }
}

// ---- What the wave hears ------------------------------------------------------------------------------------

function sender({ input: { wave, page } }: Page) {
  return { wave, page };
}

async function tellFrozen(page: Page, frozen: Frozen): Promise<void> {
  const said = { ...sender(page), ...frozen, problems: fitted(frozen.problems) };
  await tell(page, (wave) => wave.signal(pageFrozenSignal, said));
}

/** Until the wave has ended, or is gone, and with it the last VM that runs. What ends meanwhile is said together. */
async function tellNews(page: Page): Promise<void> {
  const { state } = page;
  const isOver = () => (state.finish !== null || state.orphaned) && !isRunning(state);
  for (;;) {
    await condition(() => isOver() || (!state.orphaned && (state.news.length > 0 || state.asking)));
    if (isOver()) return;
    const news = state.news.splice(0);
    state.asking = false;
    setCurrentDetails(`${summaries(state).length} of ${state.vms.length} VMs ended`);
    await tell(page, (wave) => wave.signal(pageNewsSignal, { ...sender(page), news }));
  }
}

type WaveHandle = ReturnType<typeof getExternalWorkflowHandle>;

/** Whichever of its runs it is in. */
async function tell({ state }: Page, say: (wave: WaveHandle) => Promise<void>): Promise<void> {
  try {
    await say(getExternalWorkflowHandle(workflowInfo().parent!.workflowId));
    state.toldAt = Date.now();
  } catch {
    state.orphaned = true;
  }
}

/** How long a page has nothing to say before it asks whether its wave is there. */
const SILENCE_MS = 60 * 60_000;

/** A wave that was terminated tells nobody. */
async function askForWave(state: PageState): Promise<void> {
  while (!state.orphaned && state.finish === null) {
    await sleep(SILENCE_MS);
    if (Date.now() - state.toldAt >= SILENCE_MS) state.asking = true;
  }
}

// ---- What the wave wants ------------------------------------------------------------------------------------

function obey(page: Page, { start = [], giveUp = [], finish }: PageOrders): void {
  const { state } = page;
  const vmAt = (number: number) => state.vms[number - page.input.first];
  for (const number of start) {
    const vm = vmAt(number);
    if (vm?.phase === 'queued' && vm.frozen !== null) void migrateOne(page, vm);
  }
  for (const { row, who, why } of giveUp) {
    const vm = vmAt(row);
    if (vm !== undefined) giveVmUp(page, vm, { who, why });
  }
  if (finish !== undefined) state.finish = finish;
}

function giveVmUp({ children }: Page, vm: PageVm, request: { who: string; why: string }): void {
  if (vm.phase !== 'running' || vm.givenUp !== null) return;
  vm.givenUp = request;
  // One that has ended meanwhile has no use for the word.
  children
    .get(vm.number)
    ?.signal(giveUpSignal, request)
    .catch(() => undefined);
}

/** As the cancellation of a wave: its VMs that run are given up, the others never start. */
function cancel(page: Page): void {
  for (const vm of page.state.vms) {
    if (vm.phase === 'queued') endVm(page.state, vm, { outcome: 'aborted', failure: null, result: null });
    else giveVmUp(page, vm, { who: 'temporal', why: 'the page of its wave was cancelled' });
  }
}

// ---- One VM -------------------------------------------------------------------------------------------------

async function migrateOne(page: Page, vm: PageVm): Promise<void> {
  const { state, children } = page;
  vm.phase = 'running';
  let result: VmResult | null = null;
  try {
    const child = await startVm(page, vm);
    children.set(vm.number, child);
    state.news.push({ row: vm.number, is: 'running' });
    if (vm.givenUp !== null) await child.signal(giveUpSignal, vm.givenUp).catch(() => undefined);
    result = await child.result();
    endVm(state, vm, { outcome: countedOutcome(result), failure: result.failure, result });
  } catch (error) {
    const cancelled = isCancellation(error);
    const outcome = cancelled ? ('aborted' as const) : ('failed' as const);
    endVm(state, vm, { outcome, failure: cancelled ? null : toFailure(error), result });
  }
  children.delete(vm.number);
}

/** Refused where another migration of the VM runs. */
function startVm({ input, state }: Page, vm: PageVm): Promise<ChildWorkflowHandle<typeof migrateVm>> {
  const frozen = vm.frozen!;
  return startChild(migrateVm, {
    // Where the plan says nothing of its wave, no VM comes before another.
    args: [
      {
        ...frozen,
        ...(vm.priority !== undefined && { priority: vm.priority }),
        ...(input.adopt === true && { adopt: true }),
      },
    ],
    workflowId: vmId({ vcenterUuid: frozen.vcenterUuid, moref: vm.moref }),
    parentClosePolicy: 'ABANDON',
    workflowTaskTimeout: VM_TASK_TIMEOUT,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.plan, value: planName(state.plan) },
      { key: searchAttributes.vm, value: vm.name },
      { key: searchAttributes.phase, value: 'check' },
    ]),
  });
}

function resultOf(state: PageState): PageResult {
  return fitted({ plan: state.plan, results: summaries(state) });
}
