/**
 * How a container's root is put together from an image's folder, which nobody may write: what needs no change is bound
 * as it is, and a folder in which a mount wants a place that the image lacks is made anew around what it holds.
 */
import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** In this order; paths are the container's. */
export type RootStep =
  | { kind: 'bind'; path: string; source: string }
  | { kind: 'directory'; path: string; mode: number }
  | { kind: 'link'; path: string; target: string };

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** Everything that the folder holds but what lies at `without`, with room for a mount at each of the places. */
export function layOut(folder: string, places: readonly string[], without: readonly string[]): RootStep[] {
  const remade = new Set(['/']);
  for (const place of places) {
    if (kindOf(folder, place) === null) {
      existingFolders(folder, place).forEach((path) => remade.add(path));
    }
  }
  return contents(folder, '/', remade).filter(
    ({ path }) => !without.some((other) => path === other || path.startsWith(`${other}/`)),
  );
}

function contents(folder: string, path: string, remade: ReadonlySet<string>): RootStep[] {
  return readdirSync(join(folder, path)).flatMap((name): RootStep[] => {
    const inner = join(path, name);
    const source = join(folder, inner);
    const found = lstatSync(source);
    if (found.isSymbolicLink()) {
      return [{ kind: 'link', path: inner, target: readlinkSync(source) }];
    }
    if (found.isDirectory() && (remade.has(inner) || isEmpty(source, found))) {
      const mode = found.mode & 0o7777;
      return [{ kind: 'directory', path: inner, mode }, ...contents(folder, inner, remade)];
    }
    return [{ kind: 'bind', path: inner, source }];
  });
}

/** Where a folder holds nothing and is root's, a new one does as well, and costs less than a mount. */
function isEmpty(source: string, { uid }: Stats): boolean {
  return uid === 0 && readdirSync(source).length === 0;
}

/** The folders on the way to a path, as far as the image has them. */
function existingFolders(folder: string, path: string): string[] {
  const parent = dirname(path);
  if (parent === path) {
    return [];
  }
  const above = existingFolders(folder, parent);
  return kindOf(folder, parent) === 'directory' ? [...above, parent] : above;
}

function kindOf(folder: string, path: string): 'directory' | 'link' | 'other' | null {
  const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
  if (found === undefined) {
    return null;
  }
  return found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'link' : 'other';
}

/**
 * Where a path of the container leads to in the container: links of the image are followed as the container would.
 * @throws Error where they lead in circles.
 */
export function realPath(folder: string, path: string): string {
  let links = 0;
  let resolved = '/';
  const left = path.split('/');
  while (left.length > 0) {
    const next = join(resolved, left.shift() ?? '');
    if (kindOf(folder, next) !== 'link') {
      resolved = next;
      continue;
    }
    if (++links > MOST_LINKS) {
      throw new Error(`${path}: too many levels of symbolic links`);
    }
    const target = readlinkSync(join(folder, next));
    resolved = target.startsWith('/') ? '/' : resolved;
    left.unshift(...target.split('/'));
  }
  return resolved;
}
