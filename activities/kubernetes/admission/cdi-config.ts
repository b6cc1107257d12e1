import type { Cluster } from '../access/clusters';
import { CDI_CONFIGS, type CdiConfig } from '../api/kinds';
import { Recent } from '../api/recent';

/** Name of the one CDIConfig that a cluster has. */
const NAME = 'config';
/** A change of the configuration counts after this long at the latest. */
const FRESH_MS = 60_000;

/** Reads how CDI is configured on target clusters. */
export class CdiConfigs {
  private readonly recent = new Recent<CdiConfig | null>(FRESH_MS);

  /** Null where the cluster has no CDIConfig. */
  of({ api, key }: Cluster): Promise<CdiConfig | null> {
    return this.recent.get(key, () => api.find(CDI_CONFIGS, { name: NAME }));
  }
}
