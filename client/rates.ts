/** How fast copies went so far, as `transferSlots` has learnt it. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { TRANSFER_SLOTS_ID } from '../plan/workflow-ids';
import { ratesQuery, type RateView } from '../workflows/transfer-slots/messages';
import { queryState } from './query-state';

/** Empty where nothing was measured yet, and where nobody can be asked: what needs it says that it is unknown. */
export async function readRates(client: Client): Promise<RateView[]> {
  try {
    return (await queryState(client, ratesQuery, TRANSFER_SLOTS_ID)) ?? [];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}
