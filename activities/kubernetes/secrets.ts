import { failure } from '../failure';
import type { ApiClient } from './api-client';
import { SECRETS } from './kinds';

/** Decoded values by key. Never logged, never returned from an activity. */
export type SecretValues = Readonly<Record<string, string>>;

/** @throws TargetSecretMissing naming the Secret. */
export async function readSecret(
  api: ApiClient,
  ref: { namespace: string; name: string },
): Promise<SecretValues> {
  const secret = await api.find(SECRETS, ref);
  if (secret === null)
    throw failure('TargetSecretMissing', `there is no Secret ${ref.namespace}/${ref.name}`);
  const entries = Object.entries(secret.data ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

/** @throws TargetSecretMissing naming the Secret and the key. */
export function requireKey(
  values: SecretValues,
  key: string,
  ref: { namespace: string; name: string },
): string {
  const value = values[key];
  if (value === undefined || value === '') {
    throw failure('TargetSecretMissing', `the Secret ${ref.namespace}/${ref.name} has no key ${key}`);
  }
  return value;
}
