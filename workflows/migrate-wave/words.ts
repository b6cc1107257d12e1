/** VMs of a wave in sentences. Pure. */
import { listSome } from '../../plan/cut';
import { MOST_NAMED } from './decide';

/** `1 VM is`, `3 VMs are`. */
export function countOf({ length }: readonly unknown[]): string {
  return length === 1 ? '1 VM is' : `${length} VMs are`;
}

/** The first of them. */
export function namesOf(vms: readonly { name: string }[]): string {
  return listSome(
    vms.map(({ name }) => name),
    MOST_NAMED,
  );
}
