/** Before a wave starts any VM: its plan is resolved in outline, then every page freezes its own VMs. */
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { OutlinePage, OutlineRequest } from '../../activities/interfaces';
import { inStartOrder, type OutlineRow } from '../../plan/outline';
import { planName, waveId } from '../../plan/workflow-ids';
import { planning } from '../activity-proxies';
import { mustBe, refuse } from '../checked';
import { searchAttributes, type WaveInput } from '../temporal-api';
import { freezePages, type PagedPlan } from './freeze';
import { isRefused } from './state';
import { takeOutline, takeRows } from './take-outline';
import type { Wave } from './wave';

/** Whether the plan is sound, in both passes. With any error in it, no VM is known, and none is started. */
export async function prepare(wave: Wave, input: WaveInput): Promise<boolean> {
  const { state } = wave;
  const { rows, images } = await outline(wave, input);
  // Under another id, nothing would keep the same plan from being run twice at once.
  refuse('migrateWave', isRefused(state) ? null : mustBe(waveId(state.plan)));
  if (isRefused(state)) return false;
  wave.adopts = input.adopt === true;
  const { manifests } = input;
  const frozen = await freezePages(wave, { rows, manifests, images, adopts: wave.adopts });
  state.problems.push(...frozen.problems);
  if (isRefused(state)) return false;
  takeRows(wave, rows, frozen.pages);
  state.phase = 'migrating';
  return true;
}

async function outline(
  wave: Wave,
  { manifests, only, again }: WaveInput,
): Promise<Pick<PagedPlan, 'rows' | 'images'>> {
  const { state } = wave;
  const rows: OutlineRow[] = [];
  let images: OutlinePage['images'];
  for await (const page of outlinePages({ manifests, only, again })) {
    takeOutline(state, page);
    wave.vcenterUuid = page.vcenterUuid;
    images = page.images;
    rows.push(...page.rows);
    if (isRefused(state)) break;
  }
  upsertSearchAttributes([{ key: searchAttributes.plan, value: planName(state.plan) }]);
  return { rows: inStartOrder(rows), images };
}

/** As many as it takes to hold the outline of a plan. */
export async function* outlinePages(
  request: Omit<OutlineRequest, 'after'>,
): AsyncGenerator<OutlinePage, void> {
  for (let after: number | null | undefined; after !== null;) {
    const page: OutlinePage = await planning.outlinePlan({ ...request, after: after ?? null });
    yield page;
    after = page.next;
  }
}
