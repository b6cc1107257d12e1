/** Claims and volumes from watches: a bound claim stays bound, so that not every Pod costs a request for it. */
import type { V1PersistentVolume, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { Cluster } from '../../standins/cluster';
import { CLAIMS, VOLUMES } from '../../standins/resources';
import { Watched } from '../../standins/watched';

export class KnownStorage {
  private readonly claims: Watched<V1PersistentVolumeClaim>;
  private readonly volumes: Watched<V1PersistentVolume>;

  constructor(
    private readonly cluster: Cluster,
    log: (line: string) => void,
  ) {
    this.claims = new Watched(cluster, CLAIMS, log);
    this.volumes = new Watched(cluster, VOLUMES, log);
  }

  async start(): Promise<void> {
    await Promise.all([this.claims.start(), this.volumes.start()]);
  }

  stop(): void {
    this.claims.stop();
    this.volumes.stop();
  }

  /** Null where there is none. The watch may be late: a claim that it shows unbound is read from the API server. */
  async claim(name: string, namespace: string): Promise<V1PersistentVolumeClaim | null> {
    const known = this.claims.get(name, namespace);
    const isBound = known?.status?.phase === 'Bound' && !known.metadata?.deletionTimestamp;
    return isBound ? known : this.cluster.find(CLAIMS, { name, namespace });
  }

  /** Null where there is none. */
  async volume(name: string): Promise<V1PersistentVolume | null> {
    return this.volumes.get(name) ?? this.cluster.find(VOLUMES, { name });
  }
}
