/** What a wave and its pages say to each other. */
import { getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import { describeFailure } from '../../plan/failures';
import { warningAt } from '../../plan/problem';
import { pageId } from '../../plan/workflow-ids';
import { readPageSignal } from '../inputs';
import {
  pageFrozenSignal,
  pageNewsSignal,
  pageOrdersSignal,
  type PageNewsItem,
  type PageOrders,
  type PageSender,
  type WaveVm,
} from '../temporal-api';
import { endVm } from './state';
import { NO_ORDERS, rowsOf, type Orders, type Page, type Wave } from './wave';

/** Hears pages for the whole life of a wave. Any client may say such words: what is none of ours changes nothing. */
export function hearPages(wave: Wave): void {
  setHandler(pageFrozenSignal, (said) => {
    const frozen = readPageSignal('pageFrozen', said);
    const page = frozen === undefined ? undefined : pageOf(wave, frozen);
    if (page !== undefined) page.frozen = frozen!;
  });
  setHandler(pageNewsSignal, (said) => {
    const heard = readPageSignal('pageNews', said);
    if (heard === undefined) return;
    const page = pageOf(wave, heard);
    if (page === undefined) void dismiss(wave, heard);
    else for (const item of heard.news) takeNews(wave, page, item);
    wave.moved = true;
  });
}

/** Its own, not those of an earlier wave of the plan. */
function pageOf({ pages }: Wave, { wave, page }: PageSender): Page | undefined {
  return wave === workflowInfo().firstExecutionRunId ? pages[page] : undefined;
}

/** A page whose wave was ended from outside, and that runs still: nobody else tells it to end. */
async function dismiss({ pages }: Wave, { wave, page }: PageSender): Promise<void> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  // A page of this wave has replaced any former one of its number.
  if (wave === firstExecutionRunId || page < pages.length) return;
  await getExternalWorkflowHandle(pageId(workflowId, page))
    .signal(pageOrdersSignal, { finish: [] })
    .catch(() => undefined);
}

function takeNews(wave: Wave, { first, count }: Page, item: PageNewsItem): void {
  const vm = item.row >= first && item.row < first + count ? wave.state.vms[item.row] : undefined;
  if (vm === undefined || vm.phase === 'ended') return;
  // A word from before the wave wanted it started can only be about its end.
  if (item.is === 'ended') endVm(vm, item.outcome, item.failure);
  else if (vm.phase !== 'queued') vm.phase = item.is;
}

// ---- Orders -------------------------------------------------------------------------------------------------

/** Tells pages what they have not heard. A page that hears something already gets the rest in its next word. */
export function tellPages(wave: Wave): void {
  for (const page of wave.pages) if (!page.sending) void send(wave, page);
}

async function send(wave: Wave, page: Page): Promise<void> {
  page.sending = true;
  while (!page.lost && hasOrders(page.orders)) {
    const orders = asMessage(page.orders);
    page.orders = NO_ORDERS();
    try {
      await getExternalWorkflowHandle(idOf(page)).signal(pageOrdersSignal, orders);
    } catch {
      losePage(wave, page);
    }
  }
  page.sending = false;
}

function hasOrders({ start, giveUp, finish }: Orders): boolean {
  return start.length > 0 || giveUp.length > 0 || finish !== null;
}

function asMessage({ start, giveUp, finish }: Orders): PageOrders {
  return {
    ...(start.length > 0 && { start }),
    ...(giveUp.length > 0 && { giveUp }),
    ...(finish !== null && { finish }),
  };
}

/** Whether every page has heard all that it is to hear. */
export function allTold({ pages }: Wave): boolean {
  return pages.every(isTold);
}

export function isTold({ sending, lost, orders }: Page): boolean {
  return !sending && (lost || !hasOrders(orders));
}

export function idOf({ number }: Page): string {
  return pageId(workflowInfo().workflowId, number);
}

// ---- Loss ---------------------------------------------------------------------------------------------------

/** It was terminated, or failed: nobody says any more how its VMs end. Their own migrations go on. */
export function losePage(wave: Wave, page: Page): void {
  if (page.lost) return;
  page.lost = true;
  const id = idOf(page);
  wave.state.problems.push(
    warningAt({ path: '' }, `${id} was ended from outside`, 'see how its VMs stand: drover status'),
  );
  for (const vm of rowsOf(wave, page)) if (vm.phase !== 'ended') loseVm(vm, id);
  wave.moved = true;
}

function loseVm(vm: WaveVm, page: string): void {
  const found = vm.phase === 'queued' ? 'it never started' : 'its own migration may go on; see drover status';
  endVm(vm, 'failed', describeFailure('Unexpected', `${page} was ended from outside: ${found}`));
}
