/**
 * References of container images, read as container engines and the kubelet read them: `web` means
 * `docker.io/library/web:latest`. The grammar is from
 * github.com/distribution/reference 0.6.0, regexp.go.
 */

export interface ImageReference {
  /** `registry.example.com`, `localhost:5000`, `[::1]:5000`; `docker.io` where none is written. */
  registry: string;
  /** `vendor/offload`. */
  repository: string;
  /** Null where a digest is given; `latest` where neither is. */
  tag: string | null;
  /** `sha256:…`; wins over a tag. */
  digest: string | null;
}

/** As registries name content by. */
export const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const REGISTRY = new RegExp(String.raw`^(?:${LABEL}(?:\.${LABEL})*|\[[a-fA-F0-9:]+\])(?::\d{1,5})?$`);
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const PARTS =
  /^(?<name>[^@]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}))?$/;
/** Longest registry and repository together. */
const LONGEST_NAME = 255;

const DOCKER_HUB = 'docker.io';

/** Null where it is no reference. */
export function parseImageReference(text: string): ImageReference | null {
  const { name, tag, digest } = PARTS.exec(text)?.groups ?? {};
  if (name === undefined) return null;
  const { registry, repository } = splitName(name);
  if (!REGISTRY.test(registry) || !REPOSITORY.test(repository)) return null;
  // The grammar takes ports and addresses that there are not.
  if (!URL.canParse(`https://${registry}/`)) return null;
  if (`${registry}/${repository}`.length > LONGEST_NAME) return null;
  return {
    registry,
    repository,
    tag: digest === undefined ? (tag ?? 'latest') : null,
    digest: digest ?? null,
  };
}

/** What comes before the first slash is a registry only if it looks like a host, else part of Docker Hub's name. */
function splitName(name: string): Pick<ImageReference, 'registry' | 'repository'> {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = !isHost || first === 'index.docker.io' ? DOCKER_HUB : first;
  const path = isHost ? name.slice(slash + 1) : name;
  const official = registry === DOCKER_HUB && !path.includes('/');
  return { registry, repository: official ? `library/${path}` : path };
}

/** `registry.example.com/vendor/offload`: what pull secrets and allow-lists are matched with. */
export function repositoryName({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

/** The same image for ever: a tag may be moved, a digest is of the content. */
export function pinnedReference(reference: ImageReference, digest: string): string {
  return `${repositoryName(reference)}@${digest}`;
}

/**
 * Whether a pattern of an allow-list means this image: `registry.example.com/vendor/*` means every repository below,
 * a pattern without a star just the one repository. Tags and digests do not matter.
 */
export function matchesPattern(reference: ImageReference, pattern: string): boolean {
  const name = repositoryName(reference);
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Whether a pattern can mean any image; one without a registry, or with a tag, never does. */
export function isImagePattern(pattern: string): boolean {
  const one = pattern.endsWith('/*') ? `${pattern.slice(0, -1)}any` : pattern;
  const reference = parseImageReference(one);
  return reference !== null && repositoryName(reference) === one;
}

/** Whether it is a registry as images name it: `registry.example.com`, `registry.lab:5000`. */
export function isRegistry(text: string): boolean {
  return parseImageReference(`${text}/any`)?.registry === text;
}

/** An image without its tag and digest, as a pattern that means all of them. */
export function repositoryOf(image: string): string {
  const reference = parseImageReference(image);
  return reference === null ? image : `${reference.registry}/${reference.repository}`;
}
