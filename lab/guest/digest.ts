/** What a guest is made from, as one number: a guest is built again when, and only when, that changes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type GuestName, GUESTS, type GuestSpec } from './specs';
import { packagePath } from '../package-path';
import { recipePath, skeletonPath } from './run';

/**
 * Of the guest's description, its recipes and the Debian release that its parts come from.
 * Packages that Debian updates within a release don't count.
 */
export function recipeDigest(name: GuestName, suite: string): string {
  const spec: GuestSpec = GUESTS[name];
  const hash = createHash('sha256').update(JSON.stringify({ name, spec, suite, architecture: 'amd64' }));
  for (const file of ingredients(name, spec)) {
    hash.update(`\0${relative(packagePath(), file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function ingredients(name: GuestName, spec: GuestSpec): string[] {
  switch (spec.form) {
    case 'tiny':
      return [
        ...['tiny-tree', `${spec.firmware}-disk`, 'data-disk'].map(recipePath),
        ...('passphrase' in spec ? ['luks-tree', 'luks-disk'].map(recipePath) : []),
        ...filesBelow(skeletonPath()),
      ];
    case 'debian':
      return [...['debian-tree', `${spec.firmware}-disk`].map(recipePath), ...filesBelow(skeletonPath())];
    case 'unconvertible':
      return [recipePath(name)];
    case 'windows':
      return [recipePath('windows'), ...filesBelow(packagePath('lab', 'guest', 'windows'))];
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
