/** Asks the registries for the images of a plan: each once, some at a time. */
import { X509Certificate } from 'node:crypto';
import { parseImageReference } from '../../plan/image-reference';
import type { CheckedImages, ImageFact, WantedImage } from '../../plan/images';
import { inParallel } from '../in-parallel';
import type { Cluster } from '../kubernetes/access/clusters';
import { CONFIG_MAPS, NODES } from '../kubernetes/api/kinds';
import type { AllowedImages } from '../kubernetes/access/allowed-images';
import { lookAtImage } from './look-at-image';
import { registriesIn } from './near-addresses';
import { type PullSecrets, readPullSecrets } from './pull-secrets';
import { Transport } from './transport';

const AT_ONCE = 4;
/** Platforms of nodes that an answer lists; about twenty exist. */
const MOST_PLATFORMS = 64;
/** Key in the ConfigMap that a plan names as `registryCa`. */
const AUTHORITY_KEY = 'ca.crt';

/** What the operator of a worker says of registries. */
export interface RegistrySettings {
  allowed: AllowedImages;
  /** Registries, as `host:port`, that may be spoken to in the clear. */
  plainHttp: readonly string[];
}

export interface ImagesQuestion {
  cluster: Cluster;
  /** Where Pods run: the target namespace. */
  namespace: string;
  /** ServiceAccount of those Pods that have no other: without a Secret of their own they pull with its Secrets. */
  account: string;
  wanted: readonly WantedImage[];
  /** Images that nodes may have from elsewhere: they must be allowed, and no registry is asked for them. */
  unasked: readonly string[];
  /** Name of a ConfigMap there, or null. */
  registryCa: string | null;
  settings: RegistrySettings;
  signal: AbortSignal;
}

/** Asks nobody where a plan has no image. */
export async function checkImages(question: ImagesQuestion): Promise<CheckedImages> {
  const { account, cluster, namespace, registryCa, settings, unasked, wanted } = question;
  const refused = unasked
    .filter((image) => !settings.allowed.allows(image))
    .map((image) => ({ image, pullSecret: null, fact: notAllowed(settings) }));
  if (wanted.length === 0) return { images: refused, nodePlatforms: [], authorityFault: null };
  const [nodePlatforms, authority] = await Promise.all([
    readNodePlatforms(cluster),
    readAuthority(cluster, namespace, registryCa),
  ]);
  if ('fault' in authority) return { images: refused, nodePlatforms, authorityFault: authority.fault };
  const { allowed, plainHttp } = settings;
  const near = registriesIn(allowed.patterns ?? [], plainHttp);
  const transport = new Transport({ ca: authority.ca, plainHttp, near });
  const pulls = onceEach((name: string) =>
    onceEach((secret: string | null) => readPullSecrets(cluster, { namespace, name }, secret)),
  );
  try {
    const facts = await inParallel(wanted, AT_ONCE, (each) =>
      factOf({ settings, signal: question.signal, transport, pulls: pulls(each.account ?? account) }, each),
    );
    const images = wanted.map((each, index) => ({ ...each, fact: facts[index]! }));
    return { images: [...images, ...refused], nodePlatforms, authorityFault: null };
  } finally {
    transport.close();
  }
}

interface Looking extends Pick<ImagesQuestion, 'settings' | 'signal'> {
  transport: Transport;
  pulls: (pullSecret: string | null) => Promise<PullSecrets>;
}

async function factOf(
  { transport, pulls, settings, signal }: Looking,
  { image, pullSecret }: WantedImage,
): Promise<ImageFact> {
  const reference = parseImageReference(image);
  // Manifests with such an image are refused where they are read.
  if (reference === null) return { kind: 'missing' };
  if (!settings.allowed.allows(image)) return notAllowed(settings);
  const pull = await pulls(pullSecret);
  if (pull.kind !== 'read') return pull;
  const fact = await lookAtImage(transport, reference, pull, signal);
  return fact.kind === 'unreachable' && settings.allowed.patterns === null ? NOT_TOLD : fact;
}

/**
 * A plan can name any registry, and so any port of the worker's network. So a problem says only of registries that the
 * worker's operator lists what answers there, and how.
 */
const NOT_TOLD: ImageFact = {
  kind: 'unreachable',
  why:
    "it gives no usable answer, or is on the worker's own machine or link " +
    "(where the worker's DROVER_ALLOWED_IMAGES lists it, it is asked there, too, and why is told)",
};

function notAllowed({ allowed }: RegistrySettings): ImageFact {
  return { kind: 'notAllowed', allowed: [...(allowed.patterns ?? [])] };
}

/** Of every node: which of them Pods will run on, the scheduler decides. */
async function readNodePlatforms({ api }: Cluster): Promise<string[]> {
  const { items } = await api.listMetadata(NODES);
  const platforms = items.flatMap(({ metadata }) => {
    const { 'kubernetes.io/os': os, 'kubernetes.io/arch': arch } = metadata?.labels ?? {};
    return os === undefined || arch === undefined ? [] : [`${os}/${arch}`];
  });
  return [...new Set(platforms)].sort().slice(0, MOST_PLATFORMS);
}

async function readAuthority(
  { api }: Cluster,
  namespace: string,
  name: string | null,
): Promise<{ ca: string | null } | { fault: string }> {
  if (name === null) return { ca: null };
  const config = await api.find(CONFIG_MAPS, { namespace, name });
  if (config === null) return { fault: `namespace ${namespace} has no ConfigMap "${name}"` };
  const ca = config.data?.[AUTHORITY_KEY];
  if (ca === undefined) return { fault: `ConfigMap ${namespace}/${name} has no key ${AUTHORITY_KEY}` };
  if (!isCertificate(ca))
    return { fault: `${AUTHORITY_KEY} of ConfigMap ${namespace}/${name} is no certificate` };
  return { ca };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Asks each question once; all who ask it share the answer. */
function onceEach<K, V extends object>(ask: (key: K) => V): (key: K) => V {
  const asked = new Map<K, V>();
  return (key) => {
    const answer = asked.get(key) ?? ask(key);
    asked.set(key, answer);
    return answer;
  };
}
