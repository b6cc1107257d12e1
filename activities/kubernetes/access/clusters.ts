/** Clients for the worker's own cluster and for target clusters, each made once. */
import { createHash } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import type { RegisteredLogin } from '../../../plan/consent';
import type { TargetRef } from '../../../plan/frozen';
import { failure } from '../../failure';
import type { AllowedImages } from './allowed-images';
import { ApiClient } from '../api/api-client';
import { ProviderSecrets } from './provider-secrets';
import { requireKey, type SecretValues } from './secrets';

/** A target cluster, and a key under which things may be shared for it. */
export interface Cluster {
  api: ApiClient;
  key: string;
}

export class Clusters {
  /** By URL and the content of the Secret. */
  private readonly targets = new Map<string, Cluster>();
  /** Where the worker runs and where Provider Secrets live. */
  readonly own: Cluster;
  readonly secrets: ProviderSecrets;

  constructor(own: KubeConfig, allowed?: AllowedImages, registered?: readonly RegisteredLogin[]) {
    this.own = { api: new ApiClient(own), key: 'own' };
    this.secrets = new ProviderSecrets(this.own.api, allowed, registered);
  }

  /**
   * The target's client. Its login is read again every half minute, so that a Secret mended by an operator
   * counts; the client stays the same as long as its Secret does.
   * @throws TargetSecretMissing, SecretNotConsented
   */
  async target(ref: TargetRef): Promise<Cluster> {
    if (ref.url === '') return this.own;
    if (ref.secret === null) {
      throw failure('TargetSecretMissing', `Provider ${ref.provider.name} has a URL and no Secret`);
    }
    const values = await this.secrets.readTarget(ref, ref.secret);
    const token = requireKey(values, 'token', ref.secret);
    const key = `${ref.url} ${contentHash(values)}`;
    const known = this.targets.get(key);
    if (known !== undefined) return known;
    const made = { api: new ApiClient(targetConfig(ref.url, token, values)), key };
    this.targets.set(key, made);
    return made;
  }

  close(): void {
    for (const { api } of [this.own, ...this.targets.values()]) api.close();
    this.targets.clear();
  }
}

function targetConfig(url: string, token: string, values: SecretValues): KubeConfig {
  const ca = values['cacert'] ?? values['ca.crt'];
  const config = new KubeConfig();
  // Without a CA of its own the cluster must be known to the system's: it is never silently unverified.
  const caData = ca === undefined ? undefined : Buffer.from(ca, 'utf8').toString('base64');
  config.loadFromClusterAndUser(
    { name: 'target', server: url, skipTLSVerify: false, ...(caData === undefined ? {} : { caData }) },
    { name: 'drover', token },
  );
  return config;
}

function contentHash(values: SecretValues): string {
  const hash = createHash('sha256');
  for (const key of Object.keys(values).sort()) hash.update(`${key}\0${values[key]}\0`);
  return hash.digest('hex');
}
