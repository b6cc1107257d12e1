/**
 * Providers that the operator of a worker has registered there (`DROVER_PROVIDERS`). A plan names them, and brings no
 * manifest of them, or one that says the same: it can't change where a login is sent.
 */
import type { RegisteredLogin } from './consent';
import { manifestName } from './documents';
import type { ManifestSet } from './manifest-set';
import type { ProviderManifest } from './manifests/provider';
import { errorAt, type Problem } from './problem';
import { sourceRef, targetRef } from './provider-refs';
import type { ReadDocument } from './read-document';

/**
 * Those of the worker that takes part: `none` where no worker does, `unknown` where only it can tell. A Provider that may
 * be registered is no problem of who can't know.
 */
export type Registered = 'none' | 'unknown' | readonly ProviderManifest[];

/** Shown of all names; more is no help in an error. */
const MOST_NAMES = 20;

/** The one of this full name, as `Provider/mtv/vcenter`; null where none is registered, or nobody can tell. */
export function findRegistered(registered: Registered, name: string): ProviderManifest | null {
  if (typeof registered === 'string') return null;
  return registered.find((provider) => nameOf(provider) === name) ?? null;
}

/** Full names of those that are known here. */
export function registeredNames(registered: Registered): string[] {
  return typeof registered === 'string' ? [] : registered.map(nameOf);
}

/** How a Provider that is nowhere is spoken of, with the names of those that are registered. */
export function notFound(registered: Registered, name: string): string {
  if (typeof registered === 'string') return `${name} is not among the manifests`;
  const names = registeredNames(registered);
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
  const known = names.length === 0 ? 'nothing is' : `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  return `${name} is neither among the manifests nor registered at the worker (registered: ${known})`;
}

/** Each field of a brought Provider that is otherwise than the one of its name which is registered. */
export function checkAgainst(registered: Registered, documents: readonly ReadDocument[]): Problem[] {
  return documents.flatMap(({ name, manifest }) => {
    const other = findRegistered(registered, name);
    return manifest?.kind !== 'Provider' || other === null ? [] : differences(manifest, other);
  });
}

function differences(brought: ProviderManifest, registered: ProviderManifest): Problem[] {
  const [mine, theirs] = [fieldsOf(brought), fieldsOf(registered)];
  const remedy = 'leave the manifest out, or write in it what is registered';
  return Object.keys(mine)
    .filter((path) => mine[path] !== theirs[path])
    .map((path) => {
      const found = `is ${shown(mine[path])} in the manifest, and ${shown(theirs[path])} as it is registered at the worker`;
      return errorAt({ manifest: nameOf(brought), path }, found, remedy);
    });
}

/** By path: all that a migration does otherwise where it is otherwise. */
function fieldsOf(provider: ProviderManifest): Record<string, string> {
  const { secret } = targetRef(provider);
  const { sdkEndpoint, url, vddkConfig, vddkImage } = sourceRef(provider);
  return {
    'spec.type': provider.spec.type,
    'spec.url': URL.canParse(url) ? new URL(url).href : url,
    'spec.secret': secret === null ? '' : `${secret.namespace}/${secret.name}`,
    'spec.settings.vddkInitImage': vddkImage ?? '',
    'spec.settings.vddkConfig': vddkConfig ?? '',
    'spec.settings.sdkEndpoint': sdkEndpoint ?? 'vcenter',
  };
}

function shown(value = ''): string {
  return value === '' ? 'empty' : JSON.stringify(value);
}

/** Their logins, for the door where logins are read. */
export function registeredLogins(providers: readonly ProviderManifest[]): RegisteredLogin[] {
  return providers.flatMap((provider) => {
    const { url, secret } = targetRef(provider);
    if (secret === null || url === '') return [];
    return [{ type: provider.spec.type, secret, url, vddkImage: sourceRef(provider).vddkImage }];
  });
}

/** A problem of a Provider that the user's files don't hold says where that one is. */
export function sayRegistered(registered: readonly ProviderManifest[], { source, target }: ManifestSet) {
  const elsewhere = [source, target].filter((provider) => registered.includes(provider)).map(nameOf);
  return (problem: Problem): Problem => {
    const { manifest = '' } = problem.location;
    if (!elsewhere.includes(manifest)) return problem;
    return { ...problem, location: { ...problem.location, file: `${manifest} (registered at the worker)` } };
  };
}

function nameOf({ kind, metadata }: ProviderManifest): string {
  return manifestName(kind, metadata);
}
