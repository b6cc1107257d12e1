/** Plan: which VMs move where, by which maps, and how. */
import { z } from 'zod';
import { affinityField } from '../affinity';
import { LONGEST_DESCRIPTION, LONGEST_NAME, MOST_TAG_NAMES } from '../field-limits';
import { MOST_VMS } from '../limits';
import { DEFAULT_ACCOUNT } from '../pod-accounts';
import {
  absentIfEmpty,
  dnsLabel,
  labelsSchema,
  manifestSchema,
  objectName,
  objectRefSchema,
  optionalObjectName,
  optionalRefSchema,
} from './common';
import { droverSettingsSchema } from './drover-settings';
import { fields, refused, withoutEffect } from './fields';
import { templateFields } from './name-templates';
import { planVmSchema, targetPowerStateSchema } from './plan-vm';
import { PARK_INSTEAD } from './plan-refusals';
import { providerPairSchema } from './provider-pair';
import { DEFAULT_SCRATCH, sizeSchema } from './size';

const COLD_ONLY = 'a cold migration is the only one that Drover knows yet';

/** Fields of the API that Drover does not honour, in the order of the API. */
const notHonoured = {
  warm: refused(`set it to false: ${COLD_ONLY}`, false),
  type: refused(`set it to cold: ${COLD_ONLY}`, 'cold'),
  archived: refused('set it to false: an archived plan is not run', false),
  preserveClusterCpuModel: refused('set it to false: it is for oVirt sources', false),
  skipZoneNodeSelector: refused('set it to false: it is for EC2 sources', false),
  deleteGuestConversionPod: withoutEffect(
    'what is left of a finished conversion is removed in any case; its log stays in the record of the migration',
    true,
    false,
  ),
  deleteVmOnFailMigration: refused(PARK_INSTEAD, false),
  installLegacyDrivers: refused('remove it: virt-v2v chooses the drivers', false),
  runPreflightInspection: withoutEffect(
    'an inspection before the copy belongs to warm migrations; a cold one has none to skip',
    true,
    false,
  ),
  virtV2vImage: refused(
    "remove it: Forklift's image does not write to overlays, as Drover's does; name one of Drover's in spec.drover.conversionImage",
  ),
};

export const planSchema = manifestSchema(
  'Plan',
  fields(
    {
      description: z.string().max(LONGEST_DESCRIPTION).default(''),
      targetNamespace: dnsLabel,
      provider: providerPairSchema,
      map: fields({ network: objectRefSchema, storage: objectRefSchema }),
      vms: z.array(planVmSchema).min(1).max(MOST_VMS),
      /** Of the target namespace, for the Pods of the migration. Absent: the default one. */
      serviceAccount: absentIfEmpty(objectName).transform((name) =>
        name === DEFAULT_ACCOUNT ? undefined : name,
      ),
      /** For the VirtualMachines and their Pods. */
      targetLabels: labelsSchema.default({}),
      targetNodeSelector: labelsSchema.default({}),
      targetAffinity: affinityField,
      /** What the vCenter notes on VMs becomes labels and annotations of VirtualMachines. Absent: nothing of it. */
      tagMapping: fields({
        /** No labels of tags. */
        disabled: z.boolean().default(false),
        /** Names of tags; empty: all. */
        labelTags: z.array(z.string().min(1).max(LONGEST_NAME)).max(MOST_TAG_NAMES).default([]),
      }).optional(),
      /** Of the Pods that convert guests. Of their nodes: absent, those of the VMs. */
      convertorLabels: labelsSchema.default({}),
      convertorNodeSelector: labelsSchema.default({}),
      convertorAffinity: affinityField,
      targetPowerState: absentIfEmpty(targetPowerStateSchema).transform((wish) => wish ?? 'auto'),
      /** Over which disks are copied. Absent: the Pod network. */
      transferNetwork: optionalRefSchema.optional(),
      ...templateFields,
      /** Whether a claim's name gets an ending that makes it unique. */
      pvcNameTemplateUseGenerateName: z.boolean().default(true),
      skipGuestConversion: z.boolean().default(false),
      /** Without a conversion: devices that every guest knows, and not virtio's. */
      useCompatibilityMode: z.boolean().default(true),
      /** Absent: it follows from the conversion. */
      diskBus: absentIfEmpty(z.enum(['virtio', 'scsi', 'sata'])),
      /** Raw device mappings become LUNs of the target. */
      rdmAsLun: z.boolean().default(false),
      /** Guests may reserve these LUNs. */
      scsiReservation: z.boolean().default(false),
      /** Absent: as the source. */
      enableNestedVirtualization: z.boolean().optional(),
      /** Whether migrations copy the disks that their VMs share, or their targets attach what another one copies. */
      migrateSharedDisks: z.boolean().default(true),
      /** Absent: on, as in the API; but only who writes it is warned of what can not be kept. */
      preserveStaticIPs: z.boolean().optional(),
      /** Of the volume that holds what a conversion writes until it is known to be right. Empty: chosen by us. */
      conversionTempStorageClass: optionalObjectName,
      conversionTempStorageSize: sizeSchema.default(DEFAULT_SCRATCH),
      /** Guests are converted by the image that the worker has for XFS of version 4; see `xfs-image.ts`. */
      xfsCompatibility: z.boolean().default(false),
      /** ConfigMap with scripts for the guests that are converted. Empty: none. */
      customizationScripts: optionalRefSchema.optional(),
      /** Our own block; see docs/manifests.md. */
      drover: droverSettingsSchema.prefault({}),
    },
    { notHonoured },
  ),
);

export type PlanManifest = z.infer<typeof planSchema>;
