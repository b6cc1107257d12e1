/** What the target's CDI understands, from the schema that its API server enforces. */
import { failure } from '../../failure';
import type { Cluster } from '../access/clusters';
import { CRDS, type Crd, type JsonSchema } from '../api/kinds';
import type { CdiFeatures } from '../objects/data-volume';
import { Recent } from '../api/recent';

/** Drover notices an upgrade of CDI after this long at the latest. */
const FRESH_MS = 10 * 60_000;
const DATA_VOLUME_CRD = 'datavolumes.cdi.kubevirt.io';

export class CdiSchemas {
  private readonly recent = new Recent<CdiFeatures | null>(FRESH_MS);

  /** Read once per cluster and ten minutes; null where there is no CDI. */
  find({ api, key }: Cluster): Promise<CdiFeatures | null> {
    return this.recent.get(key, async () => {
      const crd = await api.find(CRDS, { name: DATA_VOLUME_CRD });
      return crd === null ? null : featuresOf(crd);
    });
  }

  /** @throws TargetRefused where there is no CDI */
  async of(cluster: Cluster): Promise<CdiFeatures> {
    const features = await this.find(cluster);
    if (features === null) throw failure('TargetRefused', `the target has no ${DATA_VOLUME_CRD}`);
    return features;
  }
}

export function featuresOf(crd: Crd): CdiFeatures {
  const schema = crd.spec?.versions?.find(({ name }) => name === 'v1beta1')?.schema?.openAPIV3Schema;
  const vddk = propertiesAt(schema, ['spec', 'source', 'vddk']);
  return {
    initImageUrl: 'initImageURL' in vddk,
    certConfigMap: 'certConfigMap' in vddk,
    extraArgs: 'extraArgs' in vddk,
    // CDI got the look-up by instance UUID together with the field for certificates.
    instanceUuid: 'certConfigMap' in vddk,
  };
}

function propertiesAt(schema: JsonSchema | undefined, path: string[]): Record<string, JsonSchema> {
  const found = path.reduce((at, step) => at?.properties?.[step], schema);
  return found?.properties ?? {};
}
