/**
 * How a container's root is put together from an image's folder, to which nobody may write. A path that needs no change
 * is bound as it is. Where a mount needs a path that the image lacks, the container gets a new folder around this path,
 * and the content of the image's folder is bound into the new one.
 */
import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** One step; they are done in order. Paths are the container's. */
export type RootStep =
  | { kind: 'bind'; path: string; source: string }
  | { kind: 'directory'; path: string; mode: number }
  | { kind: 'link'; path: string; target: string };

/** How many symbolic links Linux follows in one path (path_resolution(7)). */
const MOST_LINKS = 40;

/** The steps for all of the folder except the paths `without`, with a place for a mount at each of `places`. */
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

/** An empty folder that root owns is made as a new one: this costs less than a mount. */
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
 * The path of the container without symbolic links: follows the image's links as the container would.
 * @throws Error where the links lead in circles.
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
