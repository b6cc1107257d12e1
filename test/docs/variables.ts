/** The table of a worker's variables in docs/operations.md. */
import { variables } from '../../workers/environment';
import { code, table } from './markdown';

export function variablesTable(): string {
  return table(
    ['variable', 'default', 'what it does'],
    variables().map(({ name, fallback, meaning }) => [
      code(name),
      fallback === null ? 'none' : code(fallback),
      meaning,
    ]),
  );
}
