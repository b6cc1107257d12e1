import type { Cluster } from '../access/clusters';
import { CONFIG_MAPS } from '../api/kinds';
import { Recent } from '../api/recent';

const KEY = 'vddk-init-image';
/** Once for the VMs of a plan that start together. */
const FRESH_MS = 30_000;

/** The VDDK images that the CDIs of target clusters fall back to. */
export class VddkImages {
  private readonly recent = new Recent<string | null>(FRESH_MS);

  /** The ConfigMap that names them. */
  readonly config: { namespace: string; name: string };

  /** @param namespace where CDI runs */
  constructor(namespace: string) {
    this.config = { namespace, name: 'v2v-vmware' };
  }

  of({ api, key }: Cluster): Promise<string | null> {
    return this.recent.get(key, async () => {
      const config = await api.find(CONFIG_MAPS, this.config);
      return config?.data?.[KEY] ?? null;
    });
  }
}
