/** A site on a cluster that a kubeconfig names, with a source that a Provider's manifest names. */
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { ApiClient } from '../activities/kubernetes/api/api-client';
import { Informers } from '../activities/kubernetes/waiting/informers';
import type { SourceSecrets } from '../activities/kubernetes/access/source-secrets';
import { readSecret } from '../activities/kubernetes/access/secrets';
import { PLUGIN_GRACE_SECONDS } from '../plan/plugin-contract';
import type { TestLimits, TestSite } from './site';
import { SiteError } from './site-error';
import { openSource, type SourceChoice } from './source';

export interface ClusterSiteOptions extends Pick<
  TestSite,
  'namespace' | 'storage' | 'plugin' | 'readerImage' | 'signal'
> {
  /** File of the cluster's login. */
  kubeconfig: string;
  /** Its Secret is read from the same cluster. */
  source: SourceChoice;
  /** See {@link TestSite}. */
  odd?: SourceChoice | undefined;
  chain?: SourceChoice | undefined;
  power?: TestSite['power'];
  limits?: Partial<TestLimits>;
  /** Default: nothing; a disk that is large enough will do. */
  pace?: TestSite['pace'];
  /** Default: the Pod is removed at once, which is as near to its death as a cluster lets us come. */
  kill?: TestSite['kill'];
}

export interface OpenSite {
  site: TestSite;
  close(): Promise<void>;
}

const LIMITS: TestLimits = { start: 180, copy: 24 * 3600, grace: PLUGIN_GRACE_SECONDS, quiet: 10 };

/** @throws SiteError, and failures of the source and the cluster */
export async function openClusterSite(options: ClusterSiteOptions): Promise<OpenSite> {
  const { kubeconfig, source, odd, chain, power = null, limits, kill, pace, ...given } = options;
  const config = loadConfig(kubeconfig);
  const api = new ApiClient(config);
  const informers = new Informers();
  // Whoever tests reads it by a login of their own: nothing is lent to anybody.
  const secrets: SourceSecrets = { read: async ({ secret }) => (await readSecret(api, secret)).values };
  const opener = (choice: SourceChoice | undefined) =>
    choice === undefined ? null : () => openSource(secrets, choice);
  try {
    const site: TestSite = {
      ...given,
      cluster: { api, key: 'own' },
      informers,
      source: await openSource(secrets, source),
      odd: opener(odd),
      chain: opener(chain),
      power,
      limits: { ...LIMITS, ...limits },
      pace: pace ?? (() => Promise.resolve()),
      kill: kill ?? ((pod) => removeAtOnce(config, pod)),
    };
    return { site, close: () => Promise.resolve(close(api, informers)) };
  } catch (error) {
    close(api, informers);
    throw error;
  }
}

function loadConfig(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch {
    // The parser's own words may quote what is in it.
    throw new SiteError(`${file} can't be read as a kubeconfig`);
  }
  return config;
}

function close(api: ApiClient, informers: Informers): void {
  informers.close();
  api.close();
}

/** The kubelet still gives it a second or two, between SIGTERM and SIGKILL. */
const removeAtOnce = async (
  config: KubeConfig,
  { metadata }: Parameters<TestSite['kill']>[0],
): Promise<void> => {
  const { name = '', namespace = '' } = metadata ?? {};
  await config.makeApiClient(CoreV1Api).deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
};
