import type { ApiClient } from './api-client';
import { toFailure } from './errors';
import { readSecret, type SecretValues } from './secrets';

/** A login that an operator mends counts after this long at the latest. */
const FRESH_MS = 60_000;

/** Reads Secrets of one cluster; what was read a moment ago is not asked for again by every activity. */
export class SecretReader {
  private readonly recent = new Map<string, { values: Promise<SecretValues>; readAt: number }>();

  constructor(private readonly api: ApiClient) {}

  /** @throws TargetSecretMissing, and what the API's own refusals become */
  async read(ref: { namespace: string; name: string }): Promise<Record<string, string>> {
    const key = `${ref.namespace}/${ref.name}`;
    const recent = this.recent.get(key);
    if (recent !== undefined && Date.now() - recent.readAt < FRESH_MS) return { ...(await recent.values) };
    const values = readSecret(this.api, ref).catch((error: unknown) => {
      this.recent.delete(key);
      throw toFailure(error);
    });
    this.recent.set(key, { values, readAt: Date.now() });
    return { ...(await values) };
  }
}
