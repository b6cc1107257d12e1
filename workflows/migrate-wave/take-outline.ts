/** The outline of a plan as a wave takes it: rows, and the pages that they are cut into. Pure. */
import type { OutlinePage } from '../../activities/interfaces';
import { MAX_VMS_PER_WAVE } from '../../plan/field-limits';
import type { OutlineRow } from '../../plan/outline';
import { errorAt, newProblems } from '../../plan/problem';
import { vmId } from '../../plan/workflow-ids';
import type { WaveState, WaveVm } from '../temporal-api';
import type { Page, Wave } from './wave';

/** Takes what one page of the outline says beside its VMs. */
export function takeOutline(state: WaveState, page: OutlinePage): void {
  state.plan = page.plan;
  state.maxConcurrentVms = page.maxConcurrentVms;
  if (page.wave !== undefined) state.rules = page.wave;
  state.problems.push(...newProblems(state.problems, page.problems));
  if (page.total <= MAX_VMS_PER_WAVE) return;
  const found = `the plan has ${page.total} VMs (PlanTooLarge)`;
  const remedy = `split it into plans of at most ${MAX_VMS_PER_WAVE} VMs`;
  state.problems.push(errorAt({ path: 'spec.vms' }, found, remedy));
}

/** The rows of pages that are frozen, behind those that the wave has. @param pages theirs */
export function takeRows(
  { state, vcenterUuid }: Wave,
  rows: readonly OutlineRow[],
  pages: readonly Page[],
): void {
  for (const row of rows) state.vms.push(waveVm(row, vcenterUuid));
  for (const row of pages.flatMap(({ frozen }) => frozen?.migrated ?? []))
    Object.assign(state.vms[row]!, { phase: 'ended', outcome: 'alreadyMigrated' });
}

function waveVm(row: OutlineRow, vcenterUuid: string): WaveVm {
  const { moref, name, role, migrated, disks, bytes, methods } = row;
  return {
    name,
    moref,
    workflowId: vmId({ vcenterUuid, moref }),
    phase: migrated ? 'ended' : 'queued',
    outcome: migrated ? 'alreadyMigrated' : null,
    failure: null,
    ...(role !== undefined && {
      ...(role.group !== null && { group: role.group }),
      priority: role.priority,
      ...(role.canary && { canary: true as const }),
    }),
    ...(!migrated && { disks, bytes, methods }),
  };
}

/**
 * What one page holds at most. Its history has each frozen VM twice and its result once: see docs/decisions/0026 for how
 * many events and bytes these bounds leave.
 */
export const MOST_VMS_PER_PAGE = 100;
const MOST_BYTES_PER_PAGE = 400 * 1024;

/** In order; what alone is larger than a page has one for itself: a VM, or VMs that share disks, which stay together. */
export function cutPages(rows: readonly OutlineRow[]): OutlineRow[][] {
  const pages: OutlineRow[][] = [];
  let bytes = 0;
  for (const some of inseparable(rows)) {
    const last = pages.at(-1);
    const weight = some.reduce((sum, row) => sum + row.weight, 0);
    bytes += weight;
    const fits = (last?.length ?? 0) + some.length <= MOST_VMS_PER_PAGE && bytes <= MOST_BYTES_PER_PAGE;
    if (last !== undefined && fits) last.push(...some);
    else {
      pages.push([...some]);
      bytes = weight;
    }
  }
  return pages;
}

/** A page judges its VMs anew, and a shared disk only beside all VMs that have it. */
function inseparable(rows: readonly OutlineRow[]): OutlineRow[][] {
  const all: OutlineRow[][] = [];
  for (const row of rows) {
    const group = row.sharing?.group;
    const last = all.at(-1);
    if (last !== undefined && group !== undefined && last[0]?.sharing?.group === group) last.push(row);
    else all.push([row]);
  }
  return all;
}
