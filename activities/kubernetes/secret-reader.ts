import type { ApiClient } from './api-client';
import { toFailure } from './errors';
import { Recent } from './recent';
import { readSecret, type SecretValues } from './secrets';

/** A Secret that an operator mends counts after this long at the latest. */
const FRESH_MS = 60_000;

/** Reads Secrets of one cluster; what was read a moment ago is not asked for again by every activity. */
export class SecretReader {
  private readonly recent = new Recent<SecretValues>(FRESH_MS);

  constructor(private readonly api: ApiClient) {}

  /**
   * @param options.withinMs how long ago it may have been read; 0 where that is known to be of no use
   * @throws TargetSecretMissing, and what the API's own refusals become
   */
  async read(
    ref: { namespace: string; name: string },
    options: { withinMs?: number } = {},
  ): Promise<Record<string, string>> {
    const key = `${ref.namespace}/${ref.name}`;
    const ask = () =>
      readSecret(this.api, ref).catch((error: unknown) => {
        throw toFailure(error);
      });
    const values = await this.recent.get(key, ask, options.withinMs);
    return { ...values };
  }
}
