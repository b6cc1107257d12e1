import type { Cluster } from '../access/clusters';
import { CONFIG_MAPS } from '../api/kinds';
import { Recent } from '../api/recent';

const KEY = 'vddk-init-image';
/** One reading serves the VMs of a plan that start together. */
const FRESH_MS = 30_000;

/** Reads the VDDK image that CDI on a target cluster uses if the DataVolume names none. */
export class VddkImages {
  private readonly recent = new Recent<string | null>(FRESH_MS);

  /** The ConfigMap that names the image. */
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
