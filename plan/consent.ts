/**
 * What owners say of the use of what is theirs: labels and annotations of Secrets, ConfigMaps, ServiceAccounts and namespaces.
 *
 * Whoever may start a workflow chooses the addresses, namespaces and images that Drover works with. So a login goes
 * nowhere, and nothing is made anywhere, unless the owner of the Secret, of the ServiceAccount or of the namespace has said so
 * there.
 */
import { matchesPattern, parseImageReference, repositoryOf } from './image-reference';
import { isDnsLabel } from './names';

/**
 * Label of a Secret: `provider` for a Provider's login, `plugin` for a Secret of an offload plugin's vendor, `guest-keys` for
 * the passphrases of guests' encrypted disks. Of a ConfigMap: `guest-scripts`. Of a ServiceAccount: `hook`, or `migration` for all
 * Pods of migrations.
 */
export const USE = 'drover.dev/use';
/** Annotation of a Provider's Secret: the servers that it may be sent to, as `host` or `host:port`, with commas. */
export const SERVERS = 'drover.dev/servers';
/**
 * Annotation of a Secret or a ConfigMap that Drover copies: in which namespaces Pods may be given it; see {@link includesPlace}.
 */
export const TARGET_NAMESPACES = 'drover.dev/target-namespaces';
/** Annotation of a Secret, a ConfigMap or a ServiceAccount: images that may be given it, as in `matchesPattern`, with commas. */
export const IMAGES = 'drover.dev/images';
/** Label of a namespace: `true` lets Drover work there. */
export const TARGET = 'drover.dev/target';

/** What a Secret says of its own use; no value of it is secret. */
export interface SaidOfUse {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** The key `url`, which Forklift writes beside a login; null where there is none. */
  url: string | null;
}

interface NameRef {
  namespace: string;
  name: string;
}

export type ProviderType = 'vsphere' | 'openshift';

/** A login, and whom it is to be sent to. */
export interface ProviderLogin {
  type: ProviderType;
  secret: NameRef;
  /** The Provider's. */
  url: string;
}

/** A login that the worker's operator has registered: to its server, and to this image. */
export interface RegisteredLogin extends ProviderLogin {
  vddkImage: string | null;
}

/** A namespace of the cluster with this API address; empty for the cluster that the worker runs in. */
export interface Place {
  namespace: string;
  url: string;
}

/** What is to be done with a login beyond sending it to its server. */
export interface Handing {
  /** Where a copy of it is made, which everybody can read who may read Secrets there. */
  place: Place;
  /** That are given it. */
  images: readonly string[];
}

/** What an owner has not said. */
export interface MissingConsent {
  /** A clause, as `Secret a/b does not say that …`. */
  found: string;
  /** Shell commands by which its owner says it. */
  command: string;
}

/**
 * What lacks for this use of a Provider's Secret; null where its owner agrees.
 *
 * @param registered what the worker's operator says besides: by address, Secret and image, whatever a Provider is called.
 * Where copies of a login may be made, its owner alone says.
 */
export function missingForLogin(
  said: SaidOfUse,
  login: ProviderLogin,
  handing: Handing | null,
  registered: readonly RegisteredLogin[] = [],
): MissingConsent | null {
  const server = serverOf(login.url);
  const lacks = new Lacks('provider', login.secret, said);
  const lent = registered.filter((other) => isSameLogin(other, login));
  if (lent.length === 0 && !lacks.isFor && !isForkliftLogin(said, login.type)) lacks.use();
  if (lent.length === 0 && (server === null || !serversOf(said).includes(server))) {
    lacks.entry(SERVERS, server ?? '', `that it may be sent to ${server ?? 'an address that is none'}`);
  }
  if (handing === null) return lacks.all();
  const { place, images } = handing;
  lacks.place(place, 'copiers');
  lacks.images(images.filter((image) => !lent.some(({ vddkImage }) => vddkImage === image)));
  return lacks.all();
}

/** Whether both send one Secret, as one kind of login, to one server. */
function isSameLogin(one: ProviderLogin, other: ProviderLogin): boolean {
  const server = serverOf(one.url);
  const { namespace, name } = one.secret;
  const isSameSecret = namespace === other.secret.namespace && name === other.secret.name;
  return one.type === other.type && isSameSecret && server !== null && server === serverOf(other.url);
}

/** What lacks for a plugin's Pod to get its vendor's Secret; null where the Secret's owner agrees. */
export function missingForPlugin(
  said: SaidOfUse,
  secret: NameRef,
  images: readonly string[],
): MissingConsent | null {
  const lacks = new Lacks('plugin', secret, said);
  if (!lacks.isFor) lacks.use();
  lacks.images(images);
  return lacks.all();
}

/** What lacks for a conversion to get the passphrases of its guest; null where their Secret's owner agrees. */
export function missingForKeys(said: SaidOfUse, secret: NameRef, handing: Handing): MissingConsent | null {
  return missingForConversion(new Lacks('guest-keys', secret, said), handing);
}

/** What lacks for a conversion to get the scripts that customize its guest; null where their ConfigMap's owner agrees. */
export function missingForScripts(said: SaidOfUse, map: NameRef, handing: Handing): MissingConsent | null {
  return missingForConversion(new Lacks('guest-scripts', map, said), handing);
}

function missingForConversion(lacks: Lacks, { place, images }: Handing): MissingConsent | null {
  if (!lacks.isFor) lacks.use();
  lacks.place(place, 'conversions');
  lacks.images(images);
  return lacks.all();
}

/** What runs as a ServiceAccount: hooks, or all Pods of migrations, hooks among them. */
export type AccountUse = 'hook' | 'migration';

/** What lacks for Pods to run as a ServiceAccount; null where the account's owner agrees. */
export function missingForAccount(
  said: SaidOfUse,
  account: NameRef,
  { use, images }: { use: AccountUse; images: readonly string[] },
): MissingConsent | null {
  const lacks = new Lacks(use, account, said);
  const isForAll = said.labels[USE] === ('migration' satisfies AccountUse);
  if (!lacks.isFor && !isForAll) lacks.use();
  lacks.images(images);
  return lacks.all();
}

/** What lacks for a namespace whose labels do not make it a target. */
export function missingForTarget({ namespace, url }: Place): MissingConsent {
  const server = serverOf(url);
  return {
    found: `namespace ${placeName({ namespace, url })} does not say that Drover may work there`,
    command:
      `kubectl label namespace ${shellWord(namespace)} ${TARGET}=true` +
      (server === null ? '' : ` # on the cluster ${server}`),
  };
}

/** Whether a namespace says that it is a target. */
export function isTarget(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels?.[TARGET] === 'true';
}

/**
 * Whether a list of namespaces means this one. Its entries are `apps` or `*`, of the cluster that the worker runs in,
 * and `apps@api.example.com:6443` or `*@api.example.com:6443`: whoever brings a cluster of their own can give its
 * namespaces any name.
 */
export function includesPlace(entries: readonly string[], { namespace, url }: Place): boolean {
  const server = url === '' ? null : serverOf(url);
  return entries.some((entry) => {
    const [name = '', ...rest] = entry.split('@');
    const meant = rest.length === 0 ? null : serverOf(rest.join('@'));
    const isSameCluster = url === '' ? rest.length === 0 : meant !== null && meant === server;
    return isSameCluster && (name === '*' || name === namespace);
  });
}

/** Whether a text is an entry of such a list. */
export function isPlaceEntry(entry: string): boolean {
  const [name = '', server, ...rest] = entry.split('@');
  if (rest.length > 0 || (name !== '*' && !isDnsLabel(name))) return false;
  return server === undefined || serverOf(server) !== null;
}

/** `vcenter.example.com:443` of an address or of a host, so that different writings are equal; null where it is none. */
export function serverOf(text: string): string | null {
  const address = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, port } = new URL(address);
  return protocol === 'https:' && hostname !== '' ? `${hostname}:${port === '' ? '443' : port}` : null;
}

/** With commas between its items. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function imageMatches(image: string, patterns: readonly string[]): boolean {
  const reference = parseImageReference(image);
  return reference !== null && patterns.some((pattern) => matchesPattern(reference, pattern));
}

/** Whoever may read Secrets there can read the Secret itself. */
function isOwnPlace(secret: NameRef, { namespace, url }: Place): boolean {
  return url === '' && namespace === secret.namespace;
}

/** As Forklift's own user interface labels the Secrets that it makes for Providers. */
function isForkliftLogin({ labels }: SaidOfUse, type: ProviderType): boolean {
  const { createdForProviderType, createdForResourceType = 'providers' } = labels;
  return createdForProviderType === type && createdForResourceType === 'providers';
}

function serversOf(said: SaidOfUse): (string | null)[] {
  if (said.annotations[SERVERS] !== undefined) return listOf(said, SERVERS).map(serverOf);
  return said.url === null ? [] : [serverOf(said.url.trim())];
}

function listOf({ annotations }: SaidOfUse, key: string): string[] {
  return splitList(annotations[key] ?? '');
}

function placeName({ namespace, url }: Place): string {
  const server = url === '' ? null : serverOf(url);
  return server === null ? namespace : `${namespace}@${server}`;
}

const WHOSE = {
  provider: { kind: 'Secret', use: "that it is a Provider's login", image: 'may be given it' },
  plugin: { kind: 'Secret', use: "that it is a plugin's", image: 'may be given it' },
  'guest-keys': { kind: 'Secret', use: 'that it is for the disks of guests', image: 'may be given it' },
  'guest-scripts': { kind: 'ConfigMap', use: 'that it is for guests to run', image: 'may be given it' },
  hook: { kind: 'ServiceAccount', use: 'that hooks may run as it', image: 'may run as it' },
  migration: {
    kind: 'ServiceAccount',
    use: 'that Pods of migrations may run as it',
    image: 'may run as it',
  },
} as const;

/** Gathers what a Secret, a ConfigMap or a ServiceAccount does not say. */
class Lacks {
  private readonly clauses: string[] = [];
  private readonly commands: string[] = [];

  constructor(
    private readonly purpose: keyof typeof WHOSE,
    private readonly object: NameRef,
    private readonly said: SaidOfUse,
  ) {}

  get isFor(): boolean {
    return this.said.labels[USE] === this.purpose;
  }

  use(): void {
    this.clauses.push(WHOSE[this.purpose].use);
    this.commands.push(`${this.kubectl('label')} ${USE}=${this.purpose}`);
  }

  /** @param who is given a copy there */
  place(place: Place, who: string): void {
    if (isOwnPlace(this.object, place) || includesPlace(listOf(this.said, TARGET_NAMESPACES), place)) return;
    const name = placeName(place);
    this.entry(TARGET_NAMESPACES, name, `that ${who} in namespace ${name} may be given it`);
  }

  images(images: readonly string[]): void {
    const patterns = listOf(this.said, IMAGES);
    const missing = [...new Set(images.filter((image) => !imageMatches(image, patterns)))];
    if (missing.length === 0) return;
    const names = missing.map((image) => repositoryOf(image));
    this.entry(IMAGES, names.join(','), `that ${missing.join(', ')} ${WHOSE[this.purpose].image}`);
  }

  /** Its present list is not shown: who asks need not be who may read it. */
  entry(key: string, value: string, clause: string): void {
    this.clauses.push(clause);
    const present = `"$(${this.kubectl('get')} -o jsonpath='{.metadata.annotations.${key.replaceAll('.', String.raw`\.`)}}')",`;
    const isThere = this.said.annotations[key] !== undefined;
    const command = isThere ? this.kubectl('annotate --overwrite') : this.kubectl('annotate');
    this.commands.push(`${command} ${key}=${isThere ? present : ''}${shellWord(value)}`);
  }

  all(): MissingConsent | null {
    if (this.clauses.length === 0) return null;
    const { namespace, name } = this.object;
    const found = `${WHOSE[this.purpose].kind} ${namespace}/${name} does not say ${this.clauses.join(', nor ')}`;
    return { found, command: this.commands.join(' && ') };
  }

  private kubectl(verb: string): string {
    const { namespace, name } = this.object;
    const kind = WHOSE[this.purpose].kind.toLowerCase();
    return `kubectl -n ${shellWord(namespace)} ${verb} ${kind} ${shellWord(name)}`;
  }
}

/** What a manifest says must stay one word of a command, whatever is in it. */
function shellWord(text: string): string {
  return /^[\w.,:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
