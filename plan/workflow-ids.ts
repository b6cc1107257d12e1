/** Ids of workflows that are worked out from what they are about. */
import type { SourceId } from './earlier';

/** The same VM has the same id whatever plan it is in, so the server refuses it twice at once. */
export function vmWorkflowId({ vcenterUuid, moref }: SourceId): string {
  return `migrate-vm/${vcenterUuid}/${moref}`;
}
