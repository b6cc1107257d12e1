/**
 * Logins of pull secrets, and which of them are for an image, as the kubelet reads a Docker configuration: Kubernetes
 * 1.34.4, pkg/credentialprovider/keyring.go (`Add`, `Lookup`, `URLsMatch`) and config.go.
 */
import { z } from 'zod';
import { type ImageReference, repositoryName } from '../../plan/image-reference';
import { visible } from '../../plan/visible';

/** Never logged, never returned from an activity. */
export interface Login {
  /** Name of the Secret that it is from. */
  secret: string;
  /** `registry.example.com`, `registry.example.com/vendor`, `*.example.com`: what it is for. */
  scope: string;
  username: string;
  password: string;
}

const entrySchema = z.object({
  username: z.string().optional(),
  password: z.string().optional(),
  /** Base64 of `user:password`; wins over both. */
  auth: z.string().optional(),
});
const loginsSchema = z.record(z.string(), entrySchema);

/** The logins under a pull secret's key, by the registries or images that they are for. */
const CONFIG_SCHEMAS = {
  '.dockerconfigjson': z
    .object({ auths: loginsSchema.default({}) })
    .transform(({ auths }): z.infer<typeof loginsSchema> => auths),
  '.dockercfg': loginsSchema,
};

export type ConfigKey = keyof typeof CONFIG_SCHEMAS;

/** The key in a Secret, by the Secret's type. */
export const CONFIG_KEYS: Readonly<Record<string, ConfigKey>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

/** The logins, or, as a clause, why the text holds none. */
export function readDockerConfig(secret: string, key: ConfigKey, text: string): Login[] | string {
  const parsed = CONFIG_SCHEMAS[key].safeParse(json(text));
  if (!parsed.success) return `has no Docker configuration under ${key}`;
  const logins: Login[] = [];
  for (const [location, entry] of Object.entries(parsed.data)) {
    const login = loginOf(entry);
    if (login === null) return `has an auth for ${visible(location)} that is not the Base64 of user:password`;
    logins.push({ secret, scope: scopeOf(location), ...login });
  }
  return logins;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function loginOf({ username = '', password = '', auth }: z.infer<typeof entrySchema>) {
  if (auth === undefined || auth === '') return { username, password };
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  // Some clients pad the password with NUL. Unlike this code, the kubelet (1.34.4) keeps the padding.
  const secret = decoded.slice(colon + 1).replace(/\0+$/, '');
  return colon === -1 ? null : { username: decoded.slice(0, colon), password: secret };
}

/** `https://index.docker.io/v1/` is as good as `index.docker.io`. */
function scopeOf(location: string): string {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([^/]*)(.*)$/.exec(location) ?? [];
  const below = path.replace(/^\/v[12](?=\/)/, '');
  return below === '/' ? host : host + below;
}

/** The logins for an image, the narrowest scope first: the order in which the kubelet tries them. */
export function loginsFor(reference: ImageReference, logins: readonly Login[]): Login[] {
  const sorted = [...logins].sort((one, other) =>
    one.scope < other.scope ? 1 : one.scope > other.scope ? -1 : 0,
  );
  const matching = sorted.filter(({ scope }) => covers(scope, repositoryName(reference)));
  if (matching.length > 0 || reference.registry !== 'docker.io') return matching;
  return sorted.filter(({ scope }) => scope === 'index.docker.io');
}

/** Host by host label, with stars; the port as it is; the path as a prefix of letters. */
function covers(scope: string, name: string): boolean {
  const wanted = splitName(scope);
  const given = splitName(name);
  return (
    wanted.port === given.port &&
    wanted.labels.length === given.labels.length &&
    given.path.startsWith(wanted.path) &&
    wanted.labels.every((label, index) => matchesGlob(given.labels[index] ?? '', label))
  );
}

function splitName(name: string): { labels: string[]; port: string; path: string } {
  const [, host = '', port = '', path = ''] = /^([^/]*?)(?::(\d+))?(\/.*)?$/.exec(name) ?? [];
  return { labels: host.split('.'), port, path };
}

/**
 * `*` is any text, `?` any character. The author of a pull secret writes the pattern. As a regular expression, a pattern
 * with many stars would never come to an end.
 */
function matchesGlob(text: string, pattern: string): boolean {
  let [at, star, resumed] = [0, -1, 0];
  for (let place = 0; place < text.length;) {
    const wanted = pattern[at];
    if (wanted === '*') {
      [star, resumed] = [at, place];
      at++;
    } else if (wanted === '?' || wanted === text[place]) {
      at++;
      place++;
    } else if (star >= 0) {
      // The last star takes one character more; those before it need never.
      resumed++;
      [at, place] = [star + 1, resumed];
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
