/** The table of faults in docs/chaos.md. */
import { FAULTS } from '../../lab/chaos/faults';
import { table } from './markdown';

export function faultsTable(): string {
  return table(
    ['fault', 'what it does', 'how it is undone'],
    FAULTS.map(({ name, does, undone }) => [name, does, undone]),
  );
}
