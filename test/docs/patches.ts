/** The table of patches in docs/design.md. */
import { PATCHES, staysUntil } from '../../workflows/patches';
import { code, table } from './markdown';

export function patchesTable(): string {
  return table(
    ['patch', 'workflows', 'what changed', 'since', 'stays until'],
    Object.entries(PATCHES).map(([id, patch]) => [
      code(id),
      patch.workflows === 'all' ? 'all' : patch.workflows.map(code).join(', '),
      patch.change,
      patch.since,
      staysUntil(patch),
    ]),
  );
}
