/** Kubeconfigs, read so that a fault in one is one line, and no login in one is shown. */
import { KubeConfig } from '@kubernetes/client-node';
import { DroverError } from '../client/errors';
import { cut } from '../plan/cut';

/** Names in a kubeconfig may be of any length. */
const LONGEST_FAULT = 300;

/** Of the context that is current: a kubeconfig may name what it does not hold. */
function serverOf(config: KubeConfig): string {
  const wrong = (what: string) => {
    const found = cut(what, LONGEST_FAULT);
    return new DroverError('InvalidInput', `the kubeconfig ${found}; check KUBECONFIG (kubectl config view)`);
  };
  const name = config.getCurrentContext() as string | undefined;
  if (!name) throw wrong('has no current context');
  const context = config.getContextObject(name);
  if (context === null) throw wrong(`has no context "${name}", which is its current one`);
  const cluster = config.getCluster(context.cluster);
  if (cluster === null) throw wrong(`has no cluster "${context.cluster}", which its context "${name}" names`);
  if (context.user && config.getUser(context.user) === null) {
    throw wrong(`has no user "${context.user}", whom its context "${name}" names`);
  }
  if (!URL.canParse(cluster.server)) throw wrong(`has no usable address of cluster "${context.cluster}"`);
  return cluster.server;
}

/**
 * A kubeconfig that can be used, and where its cluster is. The file's own text stays out of errors: it holds logins.
 * @throws `InvalidInput`, one line.
 */
export function readKubeConfig(load: (config: KubeConfig) => void): { config: KubeConfig; server: string } {
  const config = new KubeConfig();
  try {
    load(config);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is no kubeconfig';
    throw new DroverError('InvalidInput', `the kubeconfig can't be read (${reason}); check KUBECONFIG`);
  }
  return { config, server: serverOf(config) };
}
