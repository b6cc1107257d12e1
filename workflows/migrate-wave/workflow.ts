import {
  allHandlersFinished,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { pageLooks } from '../activity-proxies';
import { failTyped } from '../failure';
import { fitted } from '../fit';
import { patched } from '../patches';
import {
  searchAttributes,
  waveStateQuery,
  wentWell,
  type PageRef,
  type VmSummary,
  type WaveInput,
  type WaveResult,
} from '../temporal-api';
import { now } from '../time';
import { migrateWholeWave } from './before-pages';
import { hearAdditions } from './add';
import { decide } from './decide';
import { hearOperators } from './hear';
import { allTold, hearPages, idOf, losePage, tellPages } from './pages';
import { prepare } from './prepare';
import { publish } from './publish';
import { summarizeLost } from './report';
import { restoreWave, saveWave } from './saved';
import { shownState } from './shown';
import { endUnstarted, isRefused, viewOf } from './state';
import { newWave, rowsOf, type Page, type Wave } from './wave';
import { lookAtStartWindows } from './windows';

/**
 * Runs a plan: resolves and freezes all of it, page by page, then migrates its VMs, so many at once and in the order that
 * `spec.drover.wave` wants. A VM that fails or parks holds up no other, unless the plan wants it to. With any error in
 * the plan nothing is started. Operators steer it while it runs.
 *
 * Its pages start the VMs and keep their reports; the wave itself keeps a row of each VM, and goes on in a new run when
 * its history is long.
 *
 * Cancelled, it gives up every VM that runs and ends with the report of all. A wave that ends any other way leaves
 * its VMs running: each has its own record and hears its own operators.
 */
export async function migrateWave(input: WaveInput): Promise<WaveResult> {
  if (!patched('paged-wave')) return migrateWholeWave(input);
  const wave = input.continued === undefined ? newWave(now()) : restoreWave(input.continued);
  wave.looksBeside = patched('windows-beside');
  setHandler(waveStateQuery, (from) => shownState(wave.state, from));
  hearPages(wave);
  hearOperators(wave.state, () => (wave.moved = true));
  hearAdditions(wave);
  const result = await failTyped(() => run(wave, input));
  return result ?? goOnAnew(wave);
}

/** Null where its history is long, and it goes on in a new run. */
async function run(wave: Wave, input: WaveInput): Promise<WaveResult | null> {
  if (input.continued === undefined && !(await prepareOrEnd(wave, input)))
    return conclude(wave, { results: [] });
  CancellationScope.current().cancelRequested.catch(() => {
    wave.cancelled = true;
    wave.moved = true;
  });
  return CancellationScope.nonCancellable(async () => {
    const ended = await startInOrder(wave);
    return ended ? conclude(wave, await report(wave)) : null;
  });
}

/** Pages never outlive a wave that starts nothing. */
async function prepareOrEnd(wave: Wave, input: WaveInput): Promise<boolean> {
  let sound = false;
  try {
    sound = await prepare(wave, input);
  } finally {
    if (!sound) await CancellationScope.nonCancellable(() => finishPages(wave));
  }
  return sound;
}

// ---- Who starts ---------------------------------------------------------------------------------------------

/** Until all have ended: true; or the history is long, and every word to a page is heard: false. */
async function startInOrder(wave: Wave): Promise<boolean> {
  const goesOn = () => wave.adding > 0 || wave.state.vms.some(({ phase }) => phase !== 'ended');
  void watchPages(wave);
  while (goesOn()) {
    wave.moved = false;
    await lookAtStartWindows(wave, () => (wave.moved = true));
    order(wave);
    publish(wave);
    tellPages(wave);
    await condition(() => wave.moved);
    if (!isLong() || wave.adding > 0 || !goesOn()) continue;
    wave.leaving = true;
    // VMs that are added meanwhile take minutes: it does not wait for them, and leaves later.
    await condition(() => !wave.leaving || (allTold(wave) && allHandlersFinished()));
    if (wave.leaving) return false;
  }
  wave.ending = true;
  await condition(allHandlersFinished);
  publish(wave);
  return true;
}

/** Events of one run of a wave. Temporal itself suggests a new run at 4,096 of them. */
const MOST_EVENTS = 2_000;

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested, memo } = workflowInfo();
  const most = memo?.[MEMO.mostEvents] ?? MOST_EVENTS;
  return continueAsNewSuggested || historyLength > Number(most);
}

function order(wave: Wave): void {
  const { state } = wave;
  if (wave.cancelled) giveUpAll(wave);
  const starting = new Set(decide(viewOf(state)).start);
  for (const page of wave.pages) {
    if (page.lost) continue;
    rowsOf(wave, page).forEach((vm, index) => {
      const row = page.first + index;
      if (starting.has(vm)) {
        vm.phase = 'starting';
        page.orders.start.push(row);
      }
      if (vm.cancelled === undefined || vm.phase === 'ended' || wave.heardCancel.has(row)) return;
      wave.heardCancel.add(row);
      page.orders.giveUp.push({ row, ...vm.cancelled });
    });
  }
}

/** As an operator's `cancel` of all. */
function giveUpAll({ state }: Wave): void {
  for (const vm of state.vms) {
    if (vm.phase === 'queued') endUnstarted(vm, 'aborted');
    else if (vm.phase !== 'ended') vm.cancelled ??= { who: 'temporal', why: 'the wave was cancelled' };
  }
}

// ---- Pages that are gone ------------------------------------------------------------------------------------

/** How often it is looked whether pages are there whose VMs run. A page that is ended from outside says nothing. */
const LOOK_MS = 5 * 60_000;

async function watchPages(wave: Wave): Promise<void> {
  const lookMs = Number(workflowInfo().memo?.[MEMO.lookMs] ?? LOOK_MS);
  const looksMove = patched('looks-move-wave');
  if (wave.lookAt === 0) wave.lookAt = Date.now() + lookMs;
  for (;;) {
    await sleep(Math.max(1, wave.lookAt - Date.now()));
    wave.lookAt = Date.now() + lookMs;
    const busy = wave.pages.filter((page) => !page.lost && rowsOf(wave, page).some(isUnderWay));
    if (busy.length === 0 || wave.leaving) continue;
    // Whoever can't be asked now is asked again.
    const ended = new Set(await pageLooks.findEnded(busy.map(idOf)).catch((): string[] => []));
    for (const page of busy) if (ended.has(idOf(page))) losePage(wave, page);
    // Where all VMs are parked nothing else happens for weeks, and looks alone make the history long.
    if (looksMove) wave.moved = true;
  }
}

function isUnderWay({ phase }: { phase: string }): boolean {
  return phase !== 'queued' && phase !== 'ended';
}

// ---- The end ------------------------------------------------------------------------------------------------

/** VMs whose report stands in the wave's own result. */
const MOST_REPORTED = 200;

type Report = Pick<WaveResult, 'results' | 'pages'>;

async function report(wave: Wave): Promise<Report> {
  await finishPages(wave);
  const pages = wave.pages.filter(({ lost }) => !lost);
  const isShort = wave.state.vms.length <= MOST_REPORTED;
  const settled = await pageLooks.settlePages(pages.map(refOf), isShort);
  for (const page of pages) if (settled.lost.includes(page.number)) losePage(wave, page);
  const known = new Map(pages.map(({ number }, index) => [number, settled.results[index] as VmSummary[]]));
  const results = wave.pages.flatMap((page) =>
    page.lost ? rowsOf(wave, page).map(summarizeLost) : (known.get(page.number) ?? []),
  );
  if (isShort) return { results };
  const readable = pages.filter(({ lost }) => !lost).map(refOf);
  return { results, pages: readable.map(({ workflowId, runId }) => ({ workflowId, runId })) };
}

async function finishPages(wave: Wave): Promise<void> {
  for (const page of wave.pages) {
    if (page.lost || page.runId === '') continue;
    page.orders.finish = rowsOf(wave, page).flatMap(({ unstarted, outcome }, index) =>
      unstarted === true ? [{ row: page.first + index, outcome: outcome as 'skipped' | 'aborted' }] : [],
    );
  }
  tellPages(wave);
  await condition(() => allTold(wave));
}

function refOf(page: Page): PageRef & { number: number } {
  return { number: page.number, workflowId: idOf(page), runId: page.runId };
}

function conclude({ state }: Wave, reported: Report): WaveResult {
  state.phase = 'ended';
  const succeeded =
    !isRefused(state) && state.vms.every(({ outcome }) => outcome === 'skipped' || wentWell(outcome));
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: succeeded ? 'succeeded' : 'failed' }]);
  return fitted({ ...shownState(state), succeeded, ...reported });
}

// ---- A new run ----------------------------------------------------------------------------------------------

/** What a wave's runs have in common, beside its input. */
const MEMO = { startedAt: 'startedAt', mostEvents: 'mostEvents', lookMs: 'lookMs' } as const;

function goOnAnew(wave: Wave): Promise<never> {
  const memo = { ...workflowInfo().memo, [MEMO.startedAt]: wave.startedAt };
  return makeContinueAsNewFunc<typeof migrateWave>({ memo })({ manifests: [], continued: saveWave(wave) });
}
