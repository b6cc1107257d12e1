/** Vendors' own Secrets, which the Pods of plugins get: by their metadata, for what is in them is not ours to read. */
import { type MissingConsent, missingForPlugin } from '../../../plan/consent';
import type { FrozenDisk } from '../../../plan/frozen';
import { failure } from '../../failure';
import type { AllowedImages } from './allowed-images';
import type { Cluster } from './clusters';
import { SECRETS } from '../api/kinds';
import { saidBy } from './secrets';

/** A Secret of the target namespace, and the images of plugins that it is for. */
export interface PluginSecret {
  name: string;
  images: string[];
}

/** What its owner has not said, null where nothing lacks; `absent` where there is no such Secret. */
export async function lookAtPluginSecret(
  { api }: Cluster,
  namespace: string,
  { name, images }: PluginSecret,
  allowed: AllowedImages,
): Promise<MissingConsent | 'absent' | null> {
  const ref = { name, namespace };
  const secret = await api.findMetadata(SECRETS, ref);
  if (secret === null) return 'absent';
  // Where the worker's operator lists what may run, nothing else does.
  return missingForPlugin(saidBy(secret), ref, allowed.patterns === null ? images : []);
}

/** @throws TargetSecretMissing, SecretNotConsented */
export async function requirePluginSecrets(
  cluster: Cluster,
  { namespace, disks }: { namespace: string; disks: readonly Pick<FrozenDisk, 'method'>[] },
  allowed: AllowedImages,
): Promise<void> {
  for (const secret of secretsOf(disks)) {
    const lacks = await lookAtPluginSecret(cluster, namespace, secret, allowed);
    if (lacks === null) continue;
    if (lacks === 'absent') {
      const what = `Secret ${namespace}/${secret.name}`;
      throw failure('TargetSecretMissing', `there is no ${what}, which a plugin needs`);
    }
    throw failure('SecretNotConsented', `${lacks.found}: ${lacks.command}`);
  }
}

function secretsOf(disks: readonly Pick<FrozenDisk, 'method'>[]): PluginSecret[] {
  const uses = disks.flatMap(({ method }) =>
    method.kind === 'plugin' && method.secret !== undefined
      ? [{ name: method.secret, image: method.pinnedImage ?? method.image }]
      : [],
  );
  return gatherUses(uses);
}

/** Each name of a Secret or an account once, with all images that are to have it. */
export function gatherUses(uses: readonly { name: string; image: string }[]): PluginSecret[] {
  const names = [...new Set(uses.map(({ name }) => name))];
  return names.map((name) => ({
    name,
    images: uses.filter((use) => use.name === name).map(({ image }) => image),
  }));
}
