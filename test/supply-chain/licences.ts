/** Which licences what we ship may have. */
import type { LockedPackage } from './lock-file';
import satisfies from 'spdx-satisfies';

/** Of the permissive kind: keep the notice, and no more. */
const ALLOWED = [
  ...[
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'ISC',
    'MIT',
    'Python-2.0',
    'Unlicense',
  ],
  // Of data, not of programs: caniuse-lite.
  'CC-BY-4.0',
];

/** Packages whose package.json names no licence, and what their LICENSE file says. */
const READ_BY_US: Record<string, string> = { 'node_modules/unionfs': 'Unlicense' };

/** One line for each package that is shipped, and whose licence is not allowed or not known. */
export function refusedLicences(packages: readonly LockedPackage[]): string[] {
  return packages
    .filter(({ dev }) => !dev)
    .map(({ path, license }) => ({ path, license: license ?? READ_BY_US[path] }))
    .filter(({ license }) => !isAllowed(license))
    .map(
      ({ path, license }) =>
        `${path} is under ${license ?? 'no licence that it names'}; allowed: ${ALLOWED.join(', ')}`,
    );
}

function isAllowed(license: string | undefined): boolean {
  try {
    return license !== undefined && satisfies(license, ALLOWED);
  } catch {
    // No SPDX expression: `SEE LICENSE IN …`.
    return false;
  }
}
