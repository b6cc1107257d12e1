/**
 * Names as vCenter stores them, and the datastore paths that they are part of. vCenter writes `%`, `/` and `\` of a name as
 * `%25`, `%2f` and `%5c` (vSphere API reference, `ManagedEntity.name`), also between the brackets of a path.
 */

const ESCAPES: Readonly<Record<string, string>> = { '%': '%25', '/': '%2f', '\\': '%5c' };

/** The name that people gave. To be done once: of the name `%2f`, vCenter stores `%252f`. */
export function decodeName(stored: string): string {
  return stored.replace(/%(2f|5c|25)/gi, (escape) => decodeURIComponent(escape));
}

export function encodeName(name: string): string {
  return name.replace(/[%/\\]/g, (character) => ESCAPES[character]!);
}

export interface DatastorePath {
  /** As people gave it. */
  datastore: string;
  /** As vCenter stores it; a file system has the datastore under this name. */
  stored: string;
  /** Of the file, from the datastore's root. */
  path: string;
}

/**
 * The parts of `[ssd-1] web/web.vmdk`; null where a text is none. Names may hold brackets, and paths, too: who knows the
 * name gives it, and else the first bracket that a space follows ends it.
 */
export function splitDatastorePath(text: string, datastore?: string): DatastorePath | null {
  const known = datastore === undefined ? null : `[${encodeName(datastore)}] `;
  if (datastore !== undefined && known !== null && text.startsWith(known))
    return { datastore, stored: known.slice(1, -2), path: text.slice(known.length) };
  const [, stored, path] = /^\[([^]+?)\] ([^]+)$/.exec(text) ?? [];
  if (stored === undefined || path === undefined) return null;
  return { datastore: decodeName(stored), stored, path };
}
