/** Ids of workflows that are worked out from what they are about. */
import type { SourceId } from './earlier';

export function waveId(plan: { namespace: string; name: string }): string {
  return `migrate/${plan.namespace}/${plan.name}`;
}

/** The same VM has the same id whatever plan it is in, so the server refuses it twice at once. */
export function vmId({ vcenterUuid, moref }: SourceId): string {
  return `migrate-vm/${vcenterUuid}/${moref}`;
}

export function diskId(vm: SourceId, diskKey: number): string {
  return `${vmId(vm)}/disk-${diskKey}`;
}
