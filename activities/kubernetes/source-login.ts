/** What of a Provider's Secret is handed on to copiers. */
import type { SourceRef } from '../../plan/frozen';
import { readTrust } from '../vsphere/tls';
import type { SourceLogin } from './objects/login-secret';
import type { SecretReader } from './secret-reader';
import { requireKey } from './secrets';

/** A copier can't ask again for a login that was mended, and an operator who mended it says `drover retry` at once. */
const HANDED_ON_WITHIN_MS = 10_000;

/** The vCenter login. @param secrets of the worker's own cluster, where Provider Secrets live */
export async function readSourceLogin(secrets: SecretReader, { secret }: SourceRef): Promise<SourceLogin> {
  const values = await secrets.read(secret, { withinMs: HANDED_ON_WITHIN_MS });
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
export async function readSourceAuthority(secrets: SecretReader, source: SourceRef): Promise<string | null> {
  const trust = readTrust(await secrets.read(source.secret));
  switch (trust.kind) {
    case 'authority':
      return trust.ca;
    case 'thumbprint':
      return null;
  }
}
