/** Why a target is not taken back while others use its disks. */
import { listSome } from './cut';
import type { VmRef } from './vm-ref';

/** Of one target, so that the sentence stays readable. */
const MOST_NAMED = 5;

export function sharedText(
  { namespace, targetName }: Pick<VmRef, 'namespace' | 'targetName'>,
  usedBy: readonly string[],
): string {
  const named = listSome([...usedBy], MOST_NAMED);
  const who = usedBy.length === 1 ? `VirtualMachine ${named} uses` : `VirtualMachines ${named} use`;
  return `${who} disks of VirtualMachine ${namespace}/${targetName}`;
}
