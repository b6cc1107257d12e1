/** What of a Provider's Secret is handed on to copiers. */
import type { Handing } from '../../../plan/consent';
import { type FrozenDisk, imagesGivenLogin, type SourceRef } from '../../../plan/frozen';
import type { VmRef } from '../../../plan/vm-ref';
import { readTrust } from '../../vsphere/tls';
import type { SourceLogin } from '../objects/login-secret';
import type { SourceSecrets } from '../access/source-secrets';
import { requireKey } from '../access/secrets';

/** A copier can't ask again for a login that was mended, and an operator who mended it says `drover retry` at once. */
const HANDED_ON_WITHIN_MS = 10_000;

/** The vCenter login, for the copiers of these disks. */
export function readSourceLogin(
  secrets: SourceSecrets,
  { source, target, namespace }: Pick<VmRef, 'source' | 'target' | 'namespace'>,
  disks: readonly Pick<FrozenDisk, 'method'>[],
): Promise<SourceLogin> {
  const place = { namespace, url: target.url };
  return readLogin(secrets, source, { place, images: imagesGivenLogin({ source, disks }) });
}

/** The same, for who hands it to nobody, or with leave of his own. */
export async function readLogin(
  secrets: SourceSecrets,
  source: SourceRef,
  handing: Handing | null,
): Promise<SourceLogin> {
  const { secret } = source;
  const values = await secrets.read(source, { handing, withinMs: HANDED_ON_WITHIN_MS });
  return {
    user: requireKey(values, 'user', secret),
    password: requireKey(values, 'password', secret),
    ca: values['ca.crt'] ?? values['cacert'],
  };
}

/**
 * PEM of the authorities that vCenter's certificate is verified by. Null where a thumbprint pins it, whoever signed
 * it, and where the Secret names no authority: importers can't verify more than we can.
 */
export async function readSourceAuthority(secrets: SourceSecrets, source: SourceRef): Promise<string | null> {
  const trust = readTrust(await secrets.read(source));
  switch (trust.kind) {
    case 'authority':
      return trust.ca;
    case 'thumbprint':
      return null;
  }
}
