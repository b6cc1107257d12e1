/** What a registry says of one image: whether it is there, its digest, and for which platforms. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cut } from '../../plan/cut';
import { DIGEST, type ImageReference, pinnedReference } from '../../plan/image-reference';
import type { ImageFact } from '../../plan/images';
import { type Login, loginsFor } from './docker-config';
import { LoginRefused, RegistrySession } from './registry-session';
import { type Answer, NoAnswer, type Transport } from './transport';

const IMAGE_CONFIGS = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** Milliseconds for one image: enough for a registry on another continent, with a token service, and two logins. */
const DEADLINE_MS = 30_000;

/** About twenty exist. The platforms go into histories, and a manifest has room for a hundred thousand. */
const MOST_PLATFORMS = 64;
const LONGEST_PLATFORM = 64;
const LONGEST_TYPE = 200;

const platformSchema = z.object({ os: z.string(), architecture: z.string() });
const manifestSchema = z.union([
  z.object({ manifests: z.array(z.object({ platform: platformSchema.optional() })) }),
  z.object({ config: z.object({ mediaType: z.string(), digest: z.string() }) }),
]);

/**
 * Tries the logins that are for the image in turn, or none where there is none, as the kubelet does.
 * @param pull names of the pull secrets that were looked at, and every login in them
 */
export async function lookAtImage(
  transport: Transport,
  reference: ImageReference,
  pull: { logins: readonly Login[]; secrets: readonly string[] },
  signal: AbortSignal,
): Promise<ImageFact> {
  const timeout = AbortSignal.timeout(DEADLINE_MS);
  const either = AbortSignal.any([signal, timeout]);
  const logins = loginsFor(reference, pull.logins);
  let fact: ImageFact = { kind: 'missing' };
  for (const login of logins.length === 0 ? [null] : logins) {
    try {
      fact = await look(new RegistrySession(transport, reference, login, either), reference);
    } catch (error) {
      if (timeout.aborted && !signal.aborted) return tooLate();
      fact = refusal(error, login === null ? null : logins, pull.secrets);
    }
    if (fact.kind !== 'missing' && fact.kind !== 'loginRefused') return fact;
  }
  return fact;
}

function tooLate(): ImageFact {
  return { kind: 'unreachable', why: `no answer within ${DEADLINE_MS / 1000} s` };
}

function refusal(error: unknown, logins: readonly Login[] | null, secrets: readonly string[]): ImageFact {
  if (error instanceof NoAnswer) return { kind: error.kind, why: error.why };
  if (!(error instanceof LoginRefused)) throw error;
  const { status } = error;
  if (logins === null) return { kind: 'loginMissing', status, secrets: [...secrets] };
  return { kind: 'loginRefused', status, secrets: [...new Set(logins.map(({ secret }) => secret))] };
}

async function look(session: RegistrySession, reference: ImageReference): Promise<ImageFact> {
  const named = reference.digest ?? reference.tag ?? 'latest';
  const head = await session.manifest('HEAD', named, MANIFESTS);
  if (head.status === 404) return { kind: 'missing' };
  // Registries should name the digest, and need not; an old one may not even know HEAD.
  const known = reference.digest ?? digestNamedBy(head);
  const manifest = await session.manifest('GET', known ?? named, MANIFESTS);
  if (manifest.status === 404) return { kind: 'missing' };
  if (manifest.status !== 200) throw new NoAnswer('unreachable', `it answers ${manifest.status}`);
  const digest = known ?? digestOf(manifest.body, 'sha256');
  if (!isDigestOf(digest, manifest.body)) {
    throw new NoAnswer('unreachable', 'it gives a manifest that does not have its digest');
  }
  return describe(session, manifest, pinnedReference(reference, digest));
}

async function describe(session: RegistrySession, manifest: Answer, pinned: string): Promise<ImageFact> {
  const parsed = manifestSchema.safeParse(json(manifest.body));
  if (!parsed.success) return { kind: 'notAnImage', found: typeOf(manifest) };
  if ('manifests' in parsed.data) {
    return { kind: 'found', pinned, platforms: platformsOf(parsed.data.manifests) };
  }
  const { digest, mediaType } = parsed.data.config;
  if (!IMAGE_CONFIGS.includes(mediaType)) return { kind: 'notAnImage', found: cut(mediaType, LONGEST_TYPE) };
  // The digest becomes part of an address.
  if (!DIGEST.test(digest)) return { kind: 'notAnImage', found: `${mediaType} without a digest` };
  return { kind: 'found', pinned, platforms: await platformIn(session, digest) };
}

/**
 * The platforms of an index. Null, which means any platform, where no entry has a known platform (attestations have none),
 * or where there are too many to list.
 */
function platformsOf(entries: { platform?: z.infer<typeof platformSchema> }[]): string[] | null {
  const platforms = entries.flatMap(({ platform }) => (platform === undefined ? [] : [platform]));
  const known = platforms.filter(({ os }) => os !== 'unknown').map(platformName);
  const names = new Set(known);
  const areNames = names.size <= MOST_PLATFORMS && known.every((name) => name.length <= LONGEST_PLATFORM);
  return known.length === 0 || !areNames ? null : [...names];
}

/** The platform of a single image. It stands in the image's configuration, which may be kept where only nodes get it. */
async function platformIn(session: RegistrySession, digest: string): Promise<string[] | null> {
  try {
    const { status, body } = await session.blob(digest);
    const parsed = platformSchema.safeParse(json(body));
    return status === 200 && isDigestOf(digest, body) && parsed.success
      ? platformsOf([{ platform: parsed.data }])
      : null;
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof LoginRefused) return null;
    throw error;
  }
}

function platformName({ os, architecture }: z.infer<typeof platformSchema>): string {
  return `${os}/${architecture}`;
}

function digestNamedBy({ status, headers }: Answer): string | null {
  const digest = headers['docker-content-digest'];
  return status === 200 && typeof digest === 'string' && DIGEST.test(digest) ? digest : null;
}

function isDigestOf(digest: string, content: Buffer): boolean {
  const [algorithm = ''] = digest.split(':');
  return (algorithm === 'sha256' || algorithm === 'sha512') && digestOf(content, algorithm) === digest;
}

function digestOf(content: Buffer, algorithm: 'sha256' | 'sha512'): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}

function typeOf({ headers }: Answer): string {
  return cut(headers['content-type'] ?? 'something without a type', LONGEST_TYPE);
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
