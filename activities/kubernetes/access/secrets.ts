import type { SaidOfUse } from '../../../plan/consent';
import { failure } from '../../failure';
import { secretLine } from '../../secret-line';
import type { ApiClient } from '../api/api-client';
import { type ApiObject, SECRETS } from '../api/kinds';

/** Decoded values by key. Never logged, never returned from an activity. */
export type SecretValues = Readonly<Record<string, string>>;

/**
 * Whoever reads a Secret for somebody else goes through {@link ProviderSecrets}, which asks its owner.
 * @throws TargetSecretMissing naming the Secret.
 */
export async function readSecret(
  api: ApiClient,
  ref: { namespace: string; name: string },
): Promise<{ values: SecretValues; said: SaidOfUse }> {
  const secret = await api.find(SECRETS, ref);
  if (secret === null)
    throw failure('TargetSecretMissing', `there is no Secret ${ref.namespace}/${ref.name}`);
  const entries = Object.entries(secret.data ?? {});
  const values = Object.fromEntries(
    entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
  return { values, said: { ...saidBy(secret), url: values['url'] ?? null } };
}

/** By its metadata alone. */
export function saidBy({ metadata }: ApiObject): SaidOfUse {
  return { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, url: null };
}

/**
 * A value that is one line, without the newline of the file that it came from.
 * @throws TargetSecretMissing naming the Secret and the key.
 */
export function requireKey(
  values: SecretValues,
  key: string,
  ref: { namespace: string; name: string },
): string {
  const value = secretLine(values[key] ?? '');
  if (value === '') {
    throw failure('TargetSecretMissing', `the Secret ${ref.namespace}/${ref.name} has no key ${key}`);
  }
  return value;
}
