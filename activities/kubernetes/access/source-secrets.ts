import type { Handing } from '../../../plan/consent';
import type { SourceRef } from '../../../plan/frozen';
import type { SecretValues } from './secrets';

/** Reads logins of Providers, for a use that their owners agree to. */
export interface SourceSecrets {
  read(source: SourceRef, use?: { handing?: Handing | null; withinMs?: number }): Promise<SecretValues>;
}
