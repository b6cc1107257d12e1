/** Before a wave starts any VM: its plan is resolved in outline, then every page freezes its own VMs. */
import {
  CancellationScope,
  condition,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import type { Manifests, OutlinePage } from '../../activities/interfaces';
import { pageEntry, pagePlan, takeApart, type OutlineRow } from '../../plan/outline';
import { planName, waveId } from '../../plan/workflow-ids';
import { planning } from '../activity-proxies';
import { mustBe, refuse } from '../checked';
import { limit, settleAll } from '../concurrency';
import { fail } from '../failure';
import { searchAttributes, type PageRow, type WaveInput } from '../temporal-api';
import { wavePage } from '../wave-page/workflow';
import { idOf, losePage } from './pages';
import { isRefused } from './state';
import { cutPages, takeOutline, waveVm } from './take-outline';
import { newPage, type Page, type Wave } from './wave';

/** Pages that read source and target at the same time. */
const PAGES_AT_ONCE = 4;

/** Whether the plan is sound, in both passes. With any error in it, no VM is known, and none is started. */
export async function prepare(wave: Wave, input: WaveInput): Promise<boolean> {
  const { state } = wave;
  const { rows, images } = await outline(wave, input);
  // Under another id, nothing would keep the same plan from being run twice at once.
  refuse('migrateWave', isRefused(state) ? null : mustBe(waveId(state.plan)));
  if (isRefused(state)) return false;
  const { frame, entries } = takeApart(input.manifests);
  await freezePages(wave, rows, (some) => ({
    rows: some,
    manifests: pagePlan(
      frame,
      some.map((row) => pageEntry(entries[row.place] ?? {}, row)),
    ),
    images,
  }));
  if (isRefused(state)) return false;
  state.vms = rows.map((row) => waveVm(row, wave.vcenterUuid));
  for (const row of wave.pages.flatMap(({ frozen }) => frozen?.migrated ?? []))
    Object.assign(state.vms[row]!, { phase: 'ended', outcome: 'alreadyMigrated' });
  state.phase = 'migrating';
  return true;
}

interface Outlined {
  rows: OutlineRow[];
  images: OutlinePage['images'];
}

async function outline(wave: Wave, { manifests, only, again }: WaveInput): Promise<Outlined> {
  const { state } = wave;
  const rows: OutlineRow[] = [];
  let images: OutlinePage['images'];
  for (let after: number | null | undefined; after !== null && !isRefused(state);) {
    const page: OutlinePage = await planning.outlinePlan({ manifests, only, again, after: after ?? null });
    takeOutline(state, page);
    wave.vcenterUuid = page.vcenterUuid;
    images = page.images;
    rows.push(...page.rows);
    after = page.next;
  }
  upsertSearchAttributes([{ key: searchAttributes.plan, value: planName(state.plan) }]);
  return { rows, images };
}

async function freezePages(
  wave: Wave,
  rows: readonly OutlineRow[],
  contentOf: (rows: readonly OutlineRow[]) => PageContent,
): Promise<void> {
  const inTurn = limit(PAGES_AT_ONCE);
  let first = 0;
  const cut = cutPages(rows).map((some) => {
    const page = newPage(wave.pages.length, first, some.length);
    first += some.length;
    wave.pages.push(page);
    return { page, some };
  });
  await settleAll(
    cut.map(({ page, some }) =>
      inTurn(async () => {
        if (!isRefused(wave.state)) await freezePage(wave, page, contentOf(some));
      }),
    ),
  );
}

/** What a page is made of. */
interface PageContent {
  rows: readonly OutlineRow[];
  /** The plan of them alone. */
  manifests: Manifests;
  images: OutlinePage['images'];
}

/** Until the page has said that its VMs are frozen, or why they can't be. */
async function freezePage(wave: Wave, page: Page, content: PageContent): Promise<void> {
  await CancellationScope.nonCancellable(() => startPage(wave, page, content));
  await condition(() => page.frozen !== null || page.lost);
  const { failure, problems } = page.frozen ?? { failure: null, problems: [] };
  if (failure !== null) throw fail(failure.kind, failure.message);
  if (page.lost) throw fail('Unexpected', `${idOf(page)} was ended from outside before any VM started`);
  wave.state.problems.push(...problems.filter(({ severity }) => severity === 'error'));
}

async function startPage(wave: Wave, page: Page, { rows, manifests, images }: PageContent): Promise<void> {
  const { plan } = wave.state;
  const again = rows.filter((row) => row.again).map(({ moref }) => moref);
  const child = await startChild(wavePage, {
    args: [
      {
        wave: workflowInfo().firstExecutionRunId,
        page: page.number,
        first: page.first,
        rows: rows.map(pageRow),
        manifests,
        ...(again.length > 0 && { again }),
        ...(images !== undefined && { images }),
      },
    ],
    workflowId: idOf(page),
    parentClosePolicy: 'ABANDON',
    // One that an earlier wave of the plan left, which was ended from outside: its VMs go on without it.
    workflowIdReusePolicy: 'TERMINATE_IF_RUNNING',
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.plan, value: planName(plan) }]),
  });
  page.runId = child.firstExecutionRunId;
  // Of a page that ends as it was told to, nothing is to be learnt here.
  void child.result().then(
    () => undefined,
    () => losePage(wave, page),
  );
}

function pageRow({ moref, name, role }: OutlineRow): PageRow {
  if (role === undefined) return { moref, name };
  const { group, priority } = role;
  return { moref, name, ...(group !== null && { group }), priority };
}
