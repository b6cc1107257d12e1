/** From what a person calls a VM to the one migration that is meant. */
import type { Client } from '@temporalio/client';
import { DroverError } from './errors';
import { type ListOptions, type VmListEntry, listVms } from './vm-list';

/**
 * @param name the VM's name, its moref, or the workflow id.
 * @throws `NotFound`; `Ambiguous`, listing who is meant.
 */
export async function findVm(
  client: Client,
  name: string,
  options: Pick<ListOptions, 'plan'> = {},
): Promise<VmListEntry> {
  return pickVm(await listVms(client, options), name);
}

/** A workflow id or an exact name wins over a moref: a VM may be called `vm-12`. */
export function pickVm(entries: readonly VmListEntry[], name: string): VmListEntry {
  const byId = entries.find((entry) => entry.workflowId === name);
  if (byId !== undefined) return byId;
  const byName = entries.filter((entry) => entry.vm === name);
  const candidates = byName.length > 0 ? byName : entries.filter((entry) => entry.moref === name);
  const [only, ...others] = candidates;
  if (only === undefined) {
    throw new DroverError('NotFound', `no migration of a VM "${name}" is known; list them: drover status`);
  }
  if (others.length > 0) throw ambiguous(name, candidates);
  return only;
}

function ambiguous(name: string, candidates: readonly VmListEntry[]): DroverError {
  const list = candidates.map(({ workflowId, plan }) => `  ${workflowId} (plan ${plan})`).join('\n');
  return new DroverError('Ambiguous', `"${name}" may be any of these; give one of the ids:\n${list}`);
}
