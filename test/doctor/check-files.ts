/** The checks as they lie in doctor/checks: one file each, in the folder of what it looks at. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../../doctor/check';
import { CHECKS } from '../../doctor/checks/all';
import { packagePath } from '../../lab/package-path';

/** In the order in which they are shown. @throws where files and checks are not the same number */
export function checkFiles(): readonly Check[] {
  const root = packagePath('doctor', 'checks');
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.flatMap(({ name }) => readdirSync(join(root, name)));
  if (files.length !== CHECKS.length) {
    throw new Error(`doctor/checks has ${files.length} checks, and all.ts names ${CHECKS.length}`);
  }
  return CHECKS;
}
