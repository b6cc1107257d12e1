/** The table of folders in docs/design.md, from the rows that lint enforces (boundaries.json). */
import rows from '../../boundaries.json';
import { code, table } from './markdown';

export function foldersTable(): string {
  return table(
    ['folder', 'what is in it', 'may import of ours', 'packages'],
    rows.map(({ folder, holds, imports, types, packages }) => [
      code(`${folder}/`),
      holds,
      [
        ...imports.map((name) => code(`${name}/`)),
        ...types.map((name) => `types of ${code(`${name}/`)}`),
      ].join(', ') || 'nothing',
      packages === null ? 'any' : packages.map(code).join(', ') || 'none',
    ]),
  );
}
