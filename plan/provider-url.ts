/** Addresses of Providers. One is never shown where it is wrong: it may hold a password. */
import { LONGEST_PATH } from './field-limits';

export type ProviderType = 'vsphere' | 'openshift';

const SHAPES = { vsphere: 'https://<vCenter>/sdk', openshift: 'https://<API server>:6443' } as const;

export interface UrlFault {
  found: string;
  remedy: string;
}

/** What is wrong with the address of a provider of this type; null where it is sound. */
export function urlFault(type: ProviderType, text: string): UrlFault | null {
  if (text === '') return { found: 'is missing', remedy: `give ${SHAPES[type]}` };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== '')) {
    return {
      found: 'the address holds a login, which would be kept in the history of the migration',
      remedy: "remove it, and put the login into the Provider's Secret",
    };
  }
  if (text.trim() !== text) {
    return { found: 'the address begins or ends with white space', remedy: `give ${SHAPES[type]}` };
  }
  const sound = url?.protocol === 'https:' && isPlain(url, text) && text.length <= LONGEST_PATH;
  if (sound && (type === 'openshift' || url.pathname === '/sdk')) return null;
  return { found: `this is no address of a ${type} provider`, remedy: `give ${SHAPES[type]}` };
}

/**
 * A sound address as everybody who reads it writes it: a scheme may be in capitals, and not every reader knows that. The
 * empty one, of the worker's own cluster, stays so.
 */
export function canonicalUrl(text: string): string {
  return text.replace(/^https:/i, 'https:');
}

/**
 * Copiers and plugins read the address, too, each in a way of its own. So it says what it means: host and path as they are
 * asked for, in letters that are no other ones' twins; no white space, backslash, query, fragment, or number for a host.
 */
function isPlain({ host, pathname }: URL, text: string): boolean {
  const [, given = '', path = ''] = /^https:\/\/([^/\s\\]+)(\/[^\s\\?#]*)?$/i.exec(text) ?? [];
  return given.toLowerCase().replace(/:443$/, '') === host && (path === '' ? '/' : path) === pathname;
}
