/**
 * Passphrases of guests' encrypted disks. Their Secrets lie where plans do, in the worker's own cluster, whose account may read
 * them for whoever starts a workflow: so each read asks whether the Secret's owner agrees to what is done with it.
 */
import { type Handing, missingForKeys } from '../../../plan/consent';
import type { FrozenVm } from '../../../plan/frozen';
import { type GuestKeysFault, guestKeysFault } from '../../../plan/guest-keys';
import { failure } from '../../failure';
import { secretLine } from '../../secret-line';
import type { ApiClient } from '../api/api-client';
import { isStatus } from '../api/errors';
import { SECRETS } from '../api/kinds';
import type { AllowedImages } from './allowed-images';
import { saidBy, type SecretValues } from './secrets';

interface GuestKeysUse {
  secret: { namespace: string; name: string };
  /** To which conversions a copy is given. */
  handing: Handing;
}

/** Why these conversions do not get the passphrases; null where they do. Nothing of a passphrase comes out. */
export async function lookAtGuestKeys(
  api: ApiClient,
  use: GuestKeysUse,
  allowed: AllowedImages,
): Promise<GuestKeysFault | null> {
  try {
    const judged = await judge(api, use, allowed);
    return 'values' in judged ? null : judged;
  } catch (error) {
    if (isStatus(error, 403)) return { kind: 'forbidden' };
    throw error;
  }
}

/**
 * The passphrases for the conversion of a VM, by key; null where its plan names none.
 * @param api of the worker's own cluster
 * @throws TargetSecretMissing, SecretNotConsented, GuestKeysUnfit
 */
export async function readGuestKeys(
  api: ApiClient,
  { conversion, namespace, target }: Pick<FrozenVm, 'conversion' | 'namespace' | 'target'>,
  allowed: AllowedImages,
): Promise<SecretValues | null> {
  const secret = conversion?.keys?.secret;
  if (conversion === null || secret === undefined) return null;
  const handing = { place: { namespace, url: target.url }, images: [conversion.image] };
  const judged = await judge(api, { secret, handing }, allowed);
  if ('values' in judged) return judged.values;
  const name = `Secret ${secret.namespace}/${secret.name}`;
  switch (judged.kind) {
    case 'absent':
      throw failure('TargetSecretMissing', `there is no ${name}, which has keys of the guest`);
    case 'unconsented':
      throw failure('SecretNotConsented', `${judged.found}: ${judged.command}`);
    case 'unfit':
      throw failure('GuestKeysUnfit', `${name} ${judged.found}`);
  }
}

type Judged = { values: SecretValues } | Exclude<GuestKeysFault, { kind: 'forbidden' }>;

async function judge(
  api: ApiClient,
  { secret: ref, handing: { place, images } }: GuestKeysUse,
  allowed: AllowedImages,
): Promise<Judged> {
  const secret = await api.find(SECRETS, ref);
  if (secret === null) return { kind: 'absent' };
  // Where the worker's operator lists what may run, nothing else does.
  const handing = { place, images: allowed.patterns === null ? images : [] };
  const missing = missingForKeys(saidBy(secret), ref, handing);
  if (missing !== null) return { kind: 'unconsented', ...missing };
  const values = Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, passphraseIn(value)]),
  );
  const found = guestKeysFault(values);
  return found === null ? { values } : { kind: 'unfit', found };
}

function passphraseIn(base64: string): string {
  return secretLine(Buffer.from(base64, 'base64').toString('utf8'));
}
