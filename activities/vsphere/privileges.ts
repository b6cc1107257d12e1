/** What the login may do with VMs, asked of vCenter before anything needs it. */
import { SOURCE_PRIVILEGES, type SourceInventory, type SourcePrivilege } from '../../plan/inventory';
import { VimFault } from './faults';
import type { Vim } from './session';
import { child, flag, list, managedRef, reference, text } from './vim-value';

/** One call for all. Nothing is known where vCenter does not say: an ESXi host alone, or a login that may not ask. */
export async function readLacking(
  { call, content }: Vim,
  morefs: readonly string[],
): Promise<SourceInventory['lacking']> {
  const { authorizationManager, sessionKey } = content;
  if (authorizationManager === null || sessionKey === null || morefs.length === 0) return new Map();
  const answers = await call('HasPrivilegeOnEntities', {
    _this: reference(authorizationManager),
    entity: morefs.map((value) => reference({ type: 'VirtualMachine', value })),
    sessionId: sessionKey,
    privId: [...SOURCE_PRIVILEGES],
  }).catch(nothingAtFaults);
  return new Map(
    list(answers).flatMap((answer) => {
      const moref = managedRef(child(answer, 'entity'))?.value;
      return moref === undefined ? [] : [[moref, lackingIn(answer)] as const];
    }),
  );
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
