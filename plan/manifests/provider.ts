/** Provider: a vCenter or an ESXi host to migrate from, or a cluster to migrate to. */
import { z } from 'zod';
import { fields, refused, withoutEffect } from './fields';
import { vddkConfigSchema } from '../vddk-config';
import { absentIfEmpty, manifestSchema, optionalImageReference, optionalRefSchema } from './common';

const FOREIGN = 'remove it: it belongs to a provider type that Drover does not migrate from';

/** `spec.settings`: strings throughout, as the API has it. */
const settingsSchema = fields(
  {
    /** Image that holds VDDK, for imports. */
    vddkInitImage: optionalImageReference,
    /** Whether importers get `vddkConfig` or, without it, larger buffers. */
    useVddkAioOptimization: z
      .union([z.boolean(), z.enum(['', 'true', 'false'])])
      .default(false)
      .transform((said) => said === true || said === 'true'),
    /** Options of VDDK for importers. */
    vddkConfig: absentIfEmpty(vddkConfigSchema),
    /** What answers at the address of a source. */
    sdkEndpoint: z.enum(['', 'vcenter', 'esxi']).default('vcenter'),
  },
  {
    notHonoured: {
      esxiCloneMethod: withoutEffect(
        'only vsphereXcopyConfig uses it, which is refused where a StorageMap names it',
        'vib',
        'ssh',
      ),
      'target-az': refused(FOREIGN),
      'target-region': refused(FOREIGN),
      prismType: refused(FOREIGN),
      clusterUuid: refused(FOREIGN),
      managementType: refused(FOREIGN),
      snapshotSku: refused(FOREIGN),
      snapshotResourceGroup: refused(FOREIGN),
      targetRegion: refused(FOREIGN),
      volumeSnapshotClassName: refused(FOREIGN),
    },
  },
);

export const providerSchema = manifestSchema(
  'Provider',
  fields({
    type: z.enum(['vsphere', 'openshift']),
    /** The SDK address of a vCenter or an ESXi host, or the cluster's API; empty for the cluster that Drover's worker runs in. */
    url: z.string().default(''),
    /** The cluster's own Provider may carry an empty reference. */
    secret: optionalRefSchema.prefault({}),
    settings: settingsSchema.prefault({}),
  }),
);

export type ProviderManifest = z.infer<typeof providerSchema>;
