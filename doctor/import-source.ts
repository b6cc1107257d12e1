/** Where the import of a trial takes its image from. */
import { parseImageReference } from '../plan/image-reference';

export interface ImportSource {
  /** Of a web server, or of a registry. */
  host: string;
  /** As `spec.source` of a DataVolume has it. */
  source: { http: { url: string } } | { registry: { url: string } };
}

const OF_REGISTRY = 'docker://';

/**
 * `https://…` or `http://…` of an image on a web server, or `docker://…` of a container disk.
 * @returns null where it is neither, or has a place for secrets: a user, a password, a query
 */
export function readImportSource(text: string): ImportSource | null {
  if (text.startsWith(OF_REGISTRY)) {
    const reference = parseImageReference(text.slice(OF_REGISTRY.length));
    return reference && { host: reference.registry, source: { registry: { url: text } } };
  }
  if (!URL.canParse(text)) return null;
  const { protocol, host, username, password, search, hash, href } = new URL(text);
  const isPlain = [username, password, search, hash].every((part) => part === '');
  return isPlain && ['http:', 'https:'].includes(protocol) ? { host, source: { http: { url: href } } } : null;
}
