/** What registries say of images. Asked from this machine: only Pods can say what nodes get. */
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import { lookAtImage } from '../../activities/registry/look-at-image';
import { readPullSecrets } from '../../activities/registry/pull-secrets';
import { Transport } from '../../activities/registry/transport';
import { parseImageReference } from '../../plan/image-reference';
import type { ImageFact } from '../../plan/images';
import type { ImageFacts } from '../facts';
import { look, type Reading } from '../reading';

export interface NamedImage {
  image: string;
  purpose: string;
  /** Who runs the command has named it: then its registry may be on this machine, too. */
  isGiven: boolean;
}

/** @param namespace whose pull secrets are tried; null: none are */
export async function readImages(
  cluster: Cluster,
  images: readonly NamedImage[],
  namespace: string | null,
): Promise<ImageFacts[]> {
  const near = images.flatMap(({ image, isGiven }) => {
    const registry = parseImageReference(image)?.registry;
    return isGiven && registry !== undefined ? [registry] : [];
  });
  const transport = new Transport({ ca: null, plainHttp: [], near: new Set(near) });
  const none = { kind: 'read', secrets: [], logins: [] } as const;
  const pull =
    namespace === null
      ? null
      : await look(() => readPullSecrets(cluster, { namespace, name: 'default' }, null));
  const ask = async (image: string): Promise<ImageFact> => {
    const reference = parseImageReference(image);
    if (reference === null) return { kind: 'missing' };
    const logins = pull?.known === true ? pull.value : none;
    if (logins.kind !== 'read') return logins;
    return lookAtImage(transport, reference, logins, new AbortController().signal);
  };
  const asked = async (image: string): Promise<Reading<ImageFact>> => {
    const fact = await look(() => ask(image));
    // Nobody knows which login the Pods would have.
    const isLoginUnknown = pull?.known === false && fact.known && fact.value.kind === 'loginMissing';
    return isLoginUnknown ? pull : fact;
  };
  try {
    return await Promise.all(
      images.map(async ({ image, purpose }) => ({ image, purpose, fact: await asked(image) })),
    );
  } finally {
    transport.close();
  }
}
