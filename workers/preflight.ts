/** What a worker looks at before it takes work: one line for each thing that is not as it must be. */
import { ApiException, KubeConfig, VersionApi } from '@kubernetes/client-node';
import { DroverError, GRPC, grpcCode } from '../client/errors';
import { missingNamespace, readRetentionDays, retentionWarning } from '../client/namespace';
import { requireSearchAttributes } from '../client/readiness';
import type { Services } from '../client/services';
import { cut } from '../plan/cut';

export interface Preflight {
  /** Version of the cluster that the worker belongs to. */
  kubernetes: string;
  warnings: string[];
}

/** @throws `SetupMissing`, `Unreachable`, `InvalidInput`; each is one line */
export async function preflight(temporal: Services, namespace: string): Promise<Preflight> {
  const warning = await checkNamespace(temporal, namespace);
  await requireSearchAttributes(temporal, namespace);
  return { kubernetes: await kubernetesVersion(), warnings: warning === null ? [] : [warning] };
}

async function checkNamespace(temporal: Services, namespace: string): Promise<string | null> {
  try {
    const days = await readRetentionDays(temporal, namespace);
    if (days !== null) return retentionWarning(namespace, days);
  } catch (error) {
    // A login may be too narrow to read the namespace's settings, and still do for work.
    if (grpcCode(error) === GRPC.permissionDenied)
      return `retention of namespace "${namespace}" can't be read`;
    throw error;
  }
  throw missingNamespace(namespace);
}

async function kubernetesVersion(): Promise<string> {
  const { config, server } = readKubeConfig((config) => config.loadFromDefault());
  try {
    return (await config.makeApiClient(VersionApi).getCode()).gitVersion;
  } catch (error) {
    // The client's own message holds the answer's body and headers.
    const reason = error instanceof ApiException ? `HTTP ${error.code}` : 'no answer';
    throw new DroverError(
      'Unreachable',
      `the Kubernetes API at ${server} can't be used (${reason}); check KUBECONFIG`,
    );
  }
}

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
