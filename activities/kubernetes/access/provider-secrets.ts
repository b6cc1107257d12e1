/**
 * The one door to the logins of Providers. They live in the worker's own cluster, whose account may read them for
 * whoever starts a workflow: so each read says what the login is for, and fails unless the Secret's owner agrees.
 */
import {
  type Handing,
  type MissingConsent,
  missingForLogin,
  type ProviderLogin,
  type RegisteredLogin,
  type SaidOfUse,
} from '../../../plan/consent';
import type { SourceRef, TargetRef } from '../../../plan/frozen';
import { failure } from '../../failure';
import { AllowedImages } from './allowed-images';
import type { ApiClient } from '../api/api-client';
import { clusterFailure } from '../api/errors';
import { Recent } from '../api/recent';
import { readSecret, type SecretValues } from './secrets';

/** A Secret that an operator mends, and an owner's word that is taken back, count after this long at the latest. */
const FRESH_MS = 60_000;
/** A target's token counts sooner. */
const TOKEN_FRESH_MS = 30_000;

export interface SourceUse {
  /** What is done with the login beyond sending it to its server; default: nothing. */
  handing?: Handing | null;
  /** How long ago it may have been read; 0 where that is known to be of no use. */
  withinMs?: number;
}

/** Values and the owner's word come from one read: neither is ever newer than the other. */
interface KnownSecret {
  values: SecretValues;
  said: SaidOfUse;
}

export class ProviderSecrets {
  private readonly recent = new Recent<KnownSecret>(FRESH_MS);

  constructor(
    /** Of the worker's own cluster. */
    private readonly api: ApiClient,
    private readonly allowed = new AllowedImages(null),
    private readonly registered: readonly RegisteredLogin[] = [],
  ) {}

  /**
   * Decoded values of a vCenter login, by key.
   * @throws SecretNotConsented, TargetSecretMissing, and what the API's own refusals become
   */
  async read(source: SourceRef, { handing = null, withinMs }: SourceUse = {}): Promise<SecretValues> {
    return this.open({ ...source, type: 'vsphere' }, handing, withinMs);
  }

  /** Reads the login at a target cluster, under the rules of {@link read}. */
  async readTarget({ url }: TargetRef, secret: ProviderLogin['secret']): Promise<SecretValues> {
    return this.open({ type: 'openshift', url, secret }, null, TOKEN_FRESH_MS);
  }

  /**
   * Whether it can be read at all; nothing of it comes out.
   * @throws TargetSecretMissing, and what the API's own refusals become
   */
  async look(secret: ProviderLogin['secret']): Promise<void> {
    await this.find(secret);
  }

  /** What the owner has not said of this use; null where nothing lacks. */
  async missing(login: ProviderLogin, handing: Handing | null): Promise<MissingConsent | null> {
    return (await this.judge(login, handing)).missing;
  }

  private async open(
    login: ProviderLogin,
    handing: Handing | null,
    withinMs?: number,
  ): Promise<Record<string, string>> {
    const { secret, missing } = await this.judge(login, handing, withinMs);
    if (missing !== null) throw failure('SecretNotConsented', `${missing.found}: ${missing.command}`);
    return { ...secret.values };
  }

  /** An owner who has just said what was missing is heard at once. */
  private async judge(login: ProviderLogin, handing: Handing | null, withinMs?: number) {
    const known = await this.find(login.secret, withinMs);
    if (this.lacking(known, login, handing) === null) return { secret: known, missing: null };
    const secret = await this.find(login.secret, 0);
    return { secret, missing: this.lacking(secret, login, handing) };
  }

  /** Where the worker's operator lists what may run, no other image runs, and those are given logins, too. */
  private lacking({ said }: KnownSecret, login: ProviderLogin, handing: Handing | null) {
    const isListed = this.allowed.patterns !== null;
    const judged = handing !== null && isListed ? { ...handing, images: [] } : handing;
    return missingForLogin(said, login, judged, this.registered);
  }

  private find(ref: ProviderLogin['secret'], withinMs?: number): Promise<KnownSecret> {
    const ask = () =>
      readSecret(this.api, ref).catch((error: unknown) => {
        throw clusterFailure(error);
      });
    return this.recent.get(`${ref.namespace}/${ref.name}`, ask, withinMs);
  }
}
