/** Why a disk is imported although its datastore is mapped to a plugin, in one clause. */
import type { FellBack } from '../../workflows/temporal-api';

export function describeFallback({ kind, message }: FellBack): string {
  return kind === null ? `import: ${message}` : `import after ${kind}: ${message}`;
}
