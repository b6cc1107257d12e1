/** Why VMs and disks wait for a turn: one question to `transferSlots`, however many VMs are meant. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { TRANSFER_SLOTS_ID } from '../plan/workflow-ids';
import { searchAttributes } from '../workflows/temporal-api';
import { waitsQuery, type HeldSlot, type SlotWait } from '../workflows/transfer-slots/messages';
import { queryState } from './query-state';
import { quote } from './vm-list';

/** Who holds a slot, also by the name of its VM at the source; null where lists do not know it. */
export type NamedHolder = HeldSlot & { vm: string | null };

export type ShownWait = Omit<SlotWait, 'resource'> & {
  resource: (Omit<NonNullable<SlotWait['resource']>, 'heldBy'> & { heldBy: NamedHolder[] }) | null;
};

/** Holders that are named, of all resources together. */
const MOST_NAMED = 100;
/** As many as are answered for. */
const MOST_ASKED = 1_000;

/** Null where `transferSlots` can not be asked: no worker answers, or it does not run. All else of a status is known without. */
export async function readWaits(client: Client, workflowIds: readonly string[]): Promise<ShownWait[] | null> {
  const ids = workflowIds.slice(0, MOST_ASKED);
  const waits = await queryState(client, waitsQuery, TRANSFER_SLOTS_ID, { args: [ids] }).catch(nobody);
  if (waits === null) return null;
  const names = await namesOf(
    client,
    waits.flatMap(({ resource }) => resource?.heldBy ?? []),
  );
  return waits.map((wait) => ({ ...wait, resource: withNames(wait.resource, names) }));
}

function nobody(error: unknown): null {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
}

function withNames(
  resource: SlotWait['resource'],
  names: ReadonlyMap<string, string>,
): ShownWait['resource'] {
  if (resource === null) return null;
  const heldBy = resource.heldBy.map((slot) => ({ ...slot, vm: names.get(slot.workflowId) ?? null }));
  return { ...resource, heldBy };
}

/** By workflow id, from one list. */
async function namesOf(client: Client, holders: readonly HeldSlot[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const ids = [...new Set(holders.map(({ workflowId }) => workflowId))].slice(0, MOST_NAMED);
  if (ids.length === 0) return names;
  const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${ids.map(quote).join(', ')})`;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
    const name = typedSearchAttributes.get(searchAttributes.vm);
    if (name !== undefined) names.set(workflowId, name);
  }
  return names;
}
