import type { Cluster } from '../access/clusters';
import { CDI_CONFIGS, type CdiConfig } from '../api/kinds';
import { Recent } from '../api/recent';

/** CDI has exactly one. */
const NAME = 'config';
const FRESH_MS = 60_000;

/** How the CDIs of target clusters are configured. */
export class CdiConfigs {
  private readonly recent = new Recent<CdiConfig | null>(FRESH_MS);

  /** Null where there is none. */
  of({ api, key }: Cluster): Promise<CdiConfig | null> {
    return this.recent.get(key, () => api.find(CDI_CONFIGS, { name: NAME }));
  }
}
