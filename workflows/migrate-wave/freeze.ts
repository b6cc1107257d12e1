/** Pages of a wave, from their start until their VMs are frozen. */
import { CancellationScope, condition, startChild, workflowInfo } from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import type { Manifests, OutlinePage } from '../../activities/interfaces';
import { type OutlineRow, pageEntry } from '../../plan/outline';
import { partOfPlan, takeApart } from '../../plan/plan-parts';
import { type Problem, refuses } from '../../plan/problem';
import { settleAll } from '../../plan/settle-all';
import { placedIn } from '../../plan/some-of-plan';
import { planName } from '../../plan/workflow-ids';
import { limit } from '../../plan/concurrency';
import { fail } from '../failure';
import { searchAttributes, type PageRow } from '../temporal-api';
import { wavePage } from '../wave-page/workflow';
import { idOf, isTold, losePage, tellPages } from './pages';
import { cutPages } from './take-outline';
import { newPage, type Page, type Wave } from './wave';

/** Pages that read source and target at the same time. */
const PAGES_AT_ONCE = 4;

/** A plan in outline. */
export interface PagedPlan {
  rows: readonly OutlineRow[];
  /** Its documents, in whose `spec.vms` each row has its `place`. */
  manifests: Manifests;
  images: OutlinePage['images'];
  /** Its VMs keep what unfinished runs have left. */
  adopts: boolean;
}

/**
 * Starts pages for VMs that come behind those that the wave has, and waits until they are frozen.
 *
 * @returns the pages, and what refuses them
 */
export async function freezePages(
  wave: Wave,
  { rows, manifests, ...shared }: PagedPlan,
): Promise<{ pages: Page[]; problems: Problem[] }> {
  const parts = takeApart(manifests);
  const problems: Problem[] = [];
  const inTurn = limit(PAGES_AT_ONCE);
  const cut = addPages(wave, cutPages(rows));
  await settleAll(
    cut.map(({ page, some }) =>
      inTurn(async () => {
        if (refuses(problems)) return;
        const plan = partOfPlan(
          parts,
          some.map((row) => ({ place: row.place, entry: pageEntry(parts.entries[row.place] ?? {}, row) })),
        );
        const found = await freezePage(wave, page, { rows: some, manifests: plan, ...shared });
        problems.push(...found.map((problem) => placedIn(placesOf(some), problem)));
      }),
    ),
  );
  return { pages: cut.map(({ page }) => page), problems };
}

function placesOf(rows: readonly OutlineRow[]): number[] {
  return rows.map(({ place }) => place);
}

function addPages(wave: Wave, cut: OutlineRow[][]): { page: Page; some: OutlineRow[] }[] {
  let first = wave.state.vms.length;
  return cut.map((some) => {
    const page = newPage(wave.pages.length, first, some.length);
    first += some.length;
    wave.pages.push(page);
    return { page, some };
  });
}

/** Until the page has said that its VMs are frozen, or why they can't be. */
async function freezePage(wave: Wave, page: Page, content: PagedPlan): Promise<Problem[]> {
  await CancellationScope.nonCancellable(() => startPage(wave, page, content));
  await condition(() => page.frozen !== null || page.lost);
  const { failure, problems } = page.frozen ?? { failure: null, problems: [] };
  if (failure !== null) throw fail(failure.kind, failure.message);
  if (page.lost) throw fail('Unexpected', `${idOf(page)} was ended from outside before any VM started`);
  return problems.filter(({ severity }) => severity === 'error');
}

async function startPage(wave: Wave, page: Page, content: PagedPlan): Promise<void> {
  const { rows, manifests, images, adopts } = content;
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
        ...(adopts && { adopt: true as const }),
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

/** Ends pages none of whose VMs starts. Their numbers stay theirs: what they said may still be on its way. */
export async function dropPages(wave: Wave, pages: readonly Page[]): Promise<void> {
  for (const page of pages) if (page.runId !== '') page.orders.finish = [];
  tellPages(wave);
  await condition(() => pages.every(isTold));
  for (const page of pages) Object.assign(page, { lost: true, count: 0 });
}
