/** What the login may do with VMs, asked of vCenter before anything needs it. */
import { SOURCE_PRIVILEGES, type SourceInventory, type SourcePrivilege } from '../../plan/inventory';
import { VimFault } from './faults';
import type { Vim } from './session';
import { child, flag, list, managedRef, reference, text } from './vim-value';

/** VMs of which one call asks: its answer has some fifteen elements for each. */
const VMS_AT_ONCE = 500;

/** Nothing is known where vCenter does not say, as of a login that may not ask. An ESXi host says it as a vCenter does. */
export async function readLacking(vim: Vim, morefs: readonly string[]): Promise<SourceInventory['lacking']> {
  const lacking = new Map<string, SourcePrivilege[]>();
  for (let begin = 0; begin < morefs.length; begin += VMS_AT_ONCE) {
    for (const answer of await ask(vim, morefs.slice(begin, begin + VMS_AT_ONCE))) {
      const moref = managedRef(child(answer, 'entity'))?.value;
      if (moref !== undefined) lacking.set(moref, lackingIn(answer));
    }
  }
  return lacking;
}

/** Calls for one part at most: to find the VM that makes a call for 500 fail takes nineteen. */
const MOST_CALLS = 40;

/**
 * One VM that vCenter no longer knows makes the call fail for all: then each half is asked for, until only this VM has no answer.
 */
async function ask(vim: Vim, morefs: readonly string[], budget = { calls: MOST_CALLS }): Promise<unknown[]> {
  const { authorizationManager, sessionKey } = vim.content;
  if (authorizationManager === null || sessionKey === null || budget.calls === 0) return [];
  budget.calls -= 1;
  try {
    const answers = await vim.call('HasPrivilegeOnEntities', {
      _this: reference(authorizationManager),
      entity: morefs.map((value) => reference({ type: 'VirtualMachine', value })),
      sessionId: sessionKey,
      privId: [...SOURCE_PRIVILEGES],
    });
    return list(answers);
  } catch (error) {
    if (!(error instanceof VimFault) || error.fault === 'NotAuthenticated') throw error;
    if (morefs.length === 1 || REFUSALS.includes(error.fault)) return [];
    const middle = Math.ceil(morefs.length / 2);
    const first = await ask(vim, morefs.slice(0, middle), budget);
    return [...first, ...(await ask(vim, morefs.slice(middle), budget))];
  }
}

/** Faults that a call for fewer VMs would have, too. */
const REFUSALS: readonly string[] = ['NoPermission', 'NotSupported', 'NotImplemented'];

function lackingIn(answer: unknown): SourcePrivilege[] {
  const denied = list(child(answer, 'privAvailability'))
    .filter((one) => !flag(child(one, 'isGranted')))
    .map((one) => text(child(one, 'privId')));
  return SOURCE_PRIVILEGES.filter((privilege) => denied.includes(privilege));
}
