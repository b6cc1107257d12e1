/** What the target's CDI understands, from the schema that its API server enforces. */
import type { Cluster } from './clusters';
import { CONFIG_MAPS, CRDS, type Crd, type JsonSchema } from './kinds';
import type { CdiFeatures } from './objects/data-volume';

/** An upgrade of CDI is noticed after this long. */
const FRESH_MS = 10 * 60_000;
export const DATA_VOLUME_CRD = 'datavolumes.cdi.kubevirt.io';
const VDDK_CONFIG = { name: 'v2v-vmware', key: 'vddk-init-image' };

export class CdiSchemas {
  private readonly known = new Map<string, { features: Promise<CdiFeatures>; readAt: number }>();

  /** Read once per cluster and ten minutes. */
  async of(cluster: Cluster): Promise<CdiFeatures> {
    const known = this.known.get(cluster.key);
    if (known !== undefined && Date.now() - known.readAt < FRESH_MS) return known.features;
    const features = cluster.api.get(CRDS, { name: DATA_VOLUME_CRD }).then(featuresOf);
    this.known.set(cluster.key, { features, readAt: Date.now() });
    features.catch(() => this.known.delete(cluster.key));
    return features;
  }
}

function featuresOf(crd: Crd): CdiFeatures {
  const schema = crd.spec?.versions?.find(({ name }) => name === 'v1beta1')?.schema?.openAPIV3Schema;
  const vddk = propertiesAt(schema, ['spec', 'source', 'vddk']);
  return {
    initImageUrl: 'initImageURL' in vddk,
    // Came to CDI together with the look-up by instance UUID.
    instanceUuid: 'certConfigMap' in vddk,
  };
}

function propertiesAt(schema: JsonSchema | undefined, path: string[]): Record<string, JsonSchema> {
  const found = path.reduce((at, step) => at?.properties?.[step], schema);
  return found?.properties ?? {};
}

/** The VDDK image that CDI falls back to. @param namespace where CDI runs */
export async function clusterVddkImage({ api }: Cluster, namespace: string): Promise<string | null> {
  const config = await api.find(CONFIG_MAPS, { name: VDDK_CONFIG.name, namespace });
  return config?.data?.[VDDK_CONFIG.key] ?? null;
}
