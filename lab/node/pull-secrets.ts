/** The logins that a Pod has for an image. Source: kubernetes 1.34.4, pkg/credentialprovider/keyring.go. */
import type { V1Pod, V1Secret } from '@kubernetes/client-node';
import { type NodeApi, orNull } from './api';
import type { PodEvents } from './events';
import type { Login } from './pull';

interface AuthEntry {
  username?: string;
  password?: string;
  /** `username:password` in base64. */
  auth?: string;
}

export interface PullSecretsRequest {
  api: NodeApi;
  pod: V1Pod;
  events: PodEvents;
}

/** The logins in the Pod's imagePullSecrets, to which the API server has added those of its service account. */
export async function pullLogins({ api, pod, events }: PullSecretsRequest, image: string): Promise<Login[]> {
  const names = (pod.spec?.imagePullSecrets ?? []).map(({ name = '' }) => name);
  const namespace = pod.metadata?.namespace ?? '';
  const secrets = await Promise.all(
    names.map((name) => orNull(api.core.readNamespacedSecret({ namespace, name }))),
  );
  const absent = names.filter((_, at) => secrets[at] === null);
  if (absent.length > 0) {
    const list = absent.join(', ');
    const message = `Unable to retrieve some image pull secrets (${list}); attempting to pull the image may not succeed.`;
    events.warn('FailedToRetrieveImagePullSecret', message);
  }
  return loginsFor(image, secrets.filter((secret) => secret !== null).flatMap(authEntries));
}

/** The logins whose registry matches the image, sorted downwards: a longer path comes first. */
export function loginsFor(image: string, entries: readonly [string, AuthEntry][]): Login[] {
  return entries
    .map(([registry, entry]) => ({ place: placeOf(registry), entry }))
    .filter(({ place }) => matches(place, placeOf(withDomain(image))))
    .sort((a, b) => (a.place < b.place ? 1 : -1))
    .map(({ entry }) => loginOf(entry))
    .filter((login) => login !== null);
}

/** A Secret whose content can't be parsed has no entries: the node tries to pull without it. */
function authEntries({ data = {} }: V1Secret): [string, AuthEntry][] {
  try {
    const config = decoded(data['.dockerconfigjson']) as { auths?: Record<string, AuthEntry> } | null;
    const old = decoded(data['.dockercfg']) as Record<string, AuthEntry> | null;
    return Object.entries({ ...old, ...config?.auths });
  } catch {
    return [];
  }
}

function decoded(value: string | undefined): unknown {
  return value === undefined ? null : JSON.parse(Buffer.from(value, 'base64').toString());
}

function loginOf({ username, password, auth }: AuthEntry): Login | null {
  if (username) {
    return { username, password: password ?? '' };
  }
  const [, name, secret] =
    /^([^:]*):(.*)$/s.exec(
      Buffer.from(auth ?? '', 'base64')
        .toString()
        .replace(/\0+$/, ''),
    ) ?? [];
  return name ? { username: name, password: secret ?? '' } : null;
}

/** Host, port and path of a registry, without the scheme and the API version that old files have. */
function placeOf(registry: string): string {
  return registry
    .replace(/^https?:\/\//, '')
    .replace(/(^[^/]+)\/v[12]\//, '$1/')
    .replace(/(^[^/]+)\/v[12]$/, '$1')
    .replace(/^index\.docker\.io/, 'docker.io');
}

function withDomain(image: string): string {
  const first = image.split('/')[0] ?? '';
  return image.includes('/') && /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}

/**
 * Each part of the pattern's host may hold wildcards, its port must equal the image's, the image's path must begin with
 * its path. Source: `URLsMatch`, `Lookup` (kubernetes 1.34.4, pkg/credentialprovider/keyring.go).
 */
function matches(pattern: string, image: string): boolean {
  const [host, path] = split(pattern);
  const [imageHost, imagePath] = split(image);
  const [name = '', port = ''] = host.split(':');
  const [imageName = '', imagePort = ''] = imageHost.split(':');
  const parts = name.split('.');
  const imageParts = imageName.split('.');
  return (
    port === imagePort &&
    parts.length === imageParts.length &&
    parts.every((part, at) => wildcard(part).test(imageParts[at] ?? '')) &&
    imagePath.startsWith(path)
  );
}

function split(place: string): [string, string] {
  const at = place.indexOf('/');
  return at < 0 ? [place, ''] : [place.slice(0, at), place.slice(at)];
}

function wildcard(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
