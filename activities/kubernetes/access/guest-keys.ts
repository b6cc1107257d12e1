/** Passphrases of guests' encrypted disks, in Secrets that their owners lend to conversions. */
import { type Handing, missingForKeys } from '../../../plan/consent';
import type { FrozenVm } from '../../../plan/frozen';
import { guestKeysFault } from '../../../plan/guest-keys';
import type { LentFault } from '../../../plan/lent-fault';
import { failure } from '../../failure';
import { secretLine } from '../../secret-line';
import type { ApiClient } from '../api/api-client';
import { type Secret, SECRETS } from '../api/kinds';
import type { AllowedImages } from './allowed-images';
import { judgeLoan, type Loan, whyNotLent } from './lent';
import type { SecretValues } from './secrets';

const KEYS: Loan<Secret, SecretValues> = {
  kind: SECRETS,
  missing: missingForKeys,
  read: ({ data = {} }) => {
    const content = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, passphraseIn(value)]),
    );
    const found = guestKeysFault(content);
    return found === null ? { content } : { found };
  },
};

interface GuestKeysUse {
  secret: { namespace: string; name: string };
  handing: Handing;
}

/** Why these conversions do not get the passphrases; null where they do. Nothing of a passphrase comes out. */
export function lookAtGuestKeys(
  api: ApiClient,
  { secret, handing }: GuestKeysUse,
  allowed: AllowedImages,
): Promise<LentFault | null> {
  return whyNotLent(api, KEYS, { ref: secret, handing }, allowed);
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
  const judged = await judgeLoan(api, KEYS, { ref: secret, handing }, allowed);
  if ('content' in judged) return judged.content;
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

function passphraseIn(base64: string): string {
  return secretLine(Buffer.from(base64, 'base64').toString('utf8'));
}
