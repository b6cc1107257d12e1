/** What package-lock.json says of where packages come from, and under which licence. */
import { readFileSync } from 'node:fs';

export interface LockedPackage {
  /** `node_modules/zod` */
  path: string;
  version: string;
  /** Absent for packages of a registry: npm asks the one that is configured. */
  resolved?: string;
  integrity?: string;
  /** SPDX expression. */
  license?: string;
  /** Needed for development only. */
  dev?: boolean;
  /** May be missing, as what another platform needs. */
  optional?: boolean;
}

export function readLockFile(file: string): LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
  const foreign = Object.entries(packages).filter(([path]) => path !== '');
  return foreign.map(([path, entry]) => ({ ...entry, path }));
}

/** One line for each package whose content is not bound, or that comes from elsewhere than a registry. */
export function unboundPackages(packages: readonly LockedPackage[]): string[] {
  return packages.flatMap(({ path, resolved, integrity }) => {
    if (resolved !== undefined) {
      return [`${path} comes from ${resolved}; name a version, which npm gets from the registry`];
    }
    if (!integrity?.startsWith('sha512-')) {
      return [`${path} is bound by ${integrity ?? 'no hash'}; npm install writes a SHA-512`];
    }
    return [];
  });
}
