/** All watches of one worker process: one for each cluster, kind, namespace and selector, shared by every wait. */
import type { Cluster } from '../access/clusters';
import { Informer, WATCH_TIMING, type WatchTiming } from './informer';
import type { ApiObject, Kind } from '../api/kinds';
import { ANY_OF_OURS } from '../api/ownership';

interface Shared {
  informer: Informer<ApiObject>;
  users: number;
  /** Set while nobody uses it. */
  linger: NodeJS.Timeout | null;
}

export class Informers {
  private readonly shared = new Map<string, Shared>();

  constructor(private readonly timing: WatchTiming = WATCH_TIMING) {}

  /** Lends a running informer for as long as `use` takes. */
  async using<T extends ApiObject, R>(
    cluster: Cluster,
    what: { kind: Kind<T>; namespace: string; labelSelector?: string },
    use: (informer: Informer<T>) => Promise<R>,
  ): Promise<R> {
    const labelSelector = what.labelSelector ?? ANY_OF_OURS;
    const key = [cluster.key, what.kind.plural, what.namespace, labelSelector].join(' ');
    const shared = this.shared.get(key) ?? this.start(key, { ...what, api: cluster.api, labelSelector });
    if (shared.linger !== null) clearTimeout(shared.linger);
    shared.linger = null;
    shared.users += 1;
    try {
      // One informer per kind: the key holds the kind, so its objects have the kind's type.
      return await use(shared.informer as unknown as Informer<T>);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) this.stopLater(key, shared);
    }
  }

  close(): void {
    for (const { informer, linger } of this.shared.values()) {
      if (linger !== null) clearTimeout(linger);
      informer.stop();
    }
    this.shared.clear();
  }

  private start<T extends ApiObject>(
    key: string,
    source: ConstructorParameters<typeof Informer<T>>[0],
  ): Shared {
    const informer = new Informer(source, this.timing);
    void informer.run();
    const shared: Shared = { informer: informer as unknown as Informer<ApiObject>, users: 0, linger: null };
    this.shared.set(key, shared);
    return shared;
  }

  private stopLater(key: string, shared: Shared): void {
    shared.linger = setTimeout(() => {
      shared.informer.stop();
      this.shared.delete(key);
    }, this.timing.lingerSeconds * 1_000).unref();
  }
}
