/** What lists and the Temporal UI show of a wave without asking it. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { asMarkdown } from '../../plan/visible';
import { searchAttributes, type WaveState } from '../temporal-api';
import { now } from '../time';
import { decide } from './decide';
import { updateHolds, viewOf } from './state';

export interface Published {
  state: WaveState;
  /** As the search attribute has it. */
  attention: string | null;
}

export function publish(wave: Published): void {
  const { state } = wave;
  updateHolds(state, decide(viewOf(state)).holds, now());
  const attention = state.holds?.find(({ needsOperator }) => needsOperator)?.kind ?? null;
  if (attention !== wave.attention)
    upsertSearchAttributes([{ key: searchAttributes.attention, value: attention }]);
  wave.attention = attention;
  setCurrentDetails(details(state));
}

export function details(state: WaveState): string {
  const ended = state.vms.filter(({ phase }) => phase === 'ended').length;
  const parked = state.vms.filter(({ phase }) => phase === 'parked').length;
  const counts = `${ended} of ${state.vms.length} VMs ended${parked > 0 ? `, ${parked} need attention` : ''}`;
  return [counts, ...(state.holds ?? []).map(({ why }) => asMarkdown(why))].join('\n\n');
}
