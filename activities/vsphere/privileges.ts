/** What the login may do with VMs, asked of vCenter before anything needs it. */
import { SOURCE_PRIVILEGES, type SourceInventory, type SourcePrivilege } from '../../plan/inventory';
import { VimFault } from './faults';
import type { Vim } from './session';
import { child, flag, list, managedRef, reference, text } from './vim-value';

/** VMs of which one call asks: its answer has some fifteen elements for each. */
const VMS_AT_ONCE = 500;

/** Nothing is known where vCenter does not say: an ESXi host alone, or a login that may not ask. */
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

async function ask({ call, content }: Vim, morefs: readonly string[]): Promise<unknown[]> {
  const { authorizationManager, sessionKey } = content;
  if (authorizationManager === null || sessionKey === null) return [];
  const answers = await call('HasPrivilegeOnEntities', {
    _this: reference(authorizationManager),
    entity: morefs.map((value) => reference({ type: 'VirtualMachine', value })),
    sessionId: sessionKey,
    privId: [...SOURCE_PRIVILEGES],
  }).catch(nothingAtFaults);
  return list(answers);
}

function lackingIn(answer: unknown): SourcePrivilege[] {
  const denied = list(child(answer, 'privAvailability'))
    .filter((one) => !flag(child(one, 'isGranted')))
    .map((one) => text(child(one, 'privId')));
  return SOURCE_PRIVILEGES.filter((privilege) => denied.includes(privilege));
}

function nothingAtFaults(error: unknown): undefined {
  if (error instanceof VimFault && error.fault !== 'NotAuthenticated') return undefined;
  throw error;
}
