import type { SourceRef } from '../../plan/frozen';
import type { ApiClient } from './api-client';
import type { SourceLogin } from './objects/login-secret';
import { readSecret, requireKey } from './secrets';

/**
 * The vCenter login of a Provider, read live.
 * @param own the worker's own cluster, where Provider Secrets live
 */
export async function readSourceLogin(own: ApiClient, source: SourceRef): Promise<SourceLogin> {
  const values = await readSecret(own, source.secret);
  return {
    user: requireKey(values, 'user', source.secret),
    password: requireKey(values, 'password', source.secret),
    ca: values['ca.crt'] ?? values['cacert'],
  };
}
