import type { Cluster } from './clusters';
import { CONFIG_MAPS } from './kinds';
import { Recent } from './recent';

const CONFIG = { name: 'v2v-vmware', key: 'vddk-init-image' };
/** Once for the VMs of a plan that start together. */
const FRESH_MS = 30_000;

/** The VDDK images that the CDIs of target clusters fall back to. */
export class VddkImages {
  private readonly recent = new Recent<string | null>(FRESH_MS);

  constructor(
    /** Where CDI runs. */
    private readonly namespace: string,
  ) {}

  of({ api, key }: Cluster): Promise<string | null> {
    return this.recent.get(key, async () => {
      const config = await api.find(CONFIG_MAPS, { name: CONFIG.name, namespace: this.namespace });
      return config?.data?.[CONFIG.key] ?? null;
    });
  }
}
