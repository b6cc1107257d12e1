/** The node's clients of the API server: they share one pool of connections. */
import { Agent } from 'node:https';
import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  type RequestContext,
  StorageV1Api,
} from '@kubernetes/client-node';

export interface NodeApi {
  config: KubeConfig;
  core: CoreV1Api;
  storage: StorageV1Api;
  coordination: CoordinationV1Api;
  /** Drops the pool's idle connections. */
  close(): void;
}

/** The client library makes a new agent, so a new TLS handshake, for every request. This class keeps connections. */
class PooledKubeConfig extends KubeConfig {
  private readonly pool: Agent;

  constructor(file: string) {
    super();
    this.loadFromFile(file);
    const ca = this.getCurrentCluster()?.caData;
    this.pool = new Agent({ keepAlive: true, ...(ca && { ca: Buffer.from(ca, 'base64') }) });
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    context.setAgent(this.pool);
  }

  close(): void {
    this.pool.destroy();
  }
}

export function connect(kubeconfig: string): NodeApi {
  const config = new PooledKubeConfig(kubeconfig);
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    storage: config.makeApiClient(StorageV1Api),
    coordination: config.makeApiClient(CoordinationV1Api),
    close: () => config.close(),
  };
}

/** The HTTP status that the API server answered with, or null where it did not answer. */
export function statusOf(error: unknown): number | null {
  return error instanceof ApiException ? error.code : null;
}

/** The answer, or null where the API server answers that the object does not exist. */
export async function orNull<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) {
      return null;
    }
    throw error;
  }
}

/** One line for a log. The client's own message is not fit for one: it quotes bodies and headers. */
export function shortMessage(error: unknown): string {
  const status = statusOf(error);
  if (status !== null) {
    return `the API server answered ${status}`;
  }
  return error instanceof Error ? error.message : String(error);
}
