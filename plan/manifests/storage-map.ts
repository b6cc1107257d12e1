/** StorageMap: which datastore's disks go to which storage class, and by which copier. */
import { z } from 'zod';
import { MOST_MAP_ENTRIES } from '../field-limits';
import { DISK_KINDS } from '../disk-kinds';
import { volumeModeSchema } from '../inventory';
import { fields, refused } from './fields';
import {
  absentIfEmpty,
  imageReference,
  manifestSchema,
  objectName,
  optionalObjectName,
  OTHER_SOURCE_FIELDS,
  sourceRefFields,
  varsSchema,
} from './common';
import { providerPairSchema } from './provider-pair';

const PER_IMAGE = "remove it, and name the vendor's image in destination.offloadPlugin.image";

/** An image of the storage vendor's that copies a disk inside the array; see docs/plugin-contract.md. */
const offloadPluginSchema = fields({
  image: imageReference,
  /** Secret of the target namespace that its Pods pull with; absent: those of its ServiceAccount. */
  imagePullSecret: objectName.optional(),
  vars: varsSchema.default({}),
  /** A Secret of the target namespace that the plugin's Pod mounts. Drover reads its values only to mask them. */
  secret: objectName.optional(),
  /** What is done with a disk that the plugin does not support, refuses, or fails to copy for good. */
  fallback: z.enum(['none', 'import']).default('none'),
  /** Kinds of disks beyond ordinary ones that the plugin copies right. */
  supports: z.array(z.enum(DISK_KINDS)).default([]),
  /** False: the array writes beneath the volume, and the plugin's Pod does not have it. */
  attachTarget: z.boolean().default(true),
});

export const storageMapEntrySchema = fields({
  source: fields(sourceRefFields, { ignored: OTHER_SOURCE_FIELDS }),
  destination: fields({
    /** Empty or absent: the target's default class. */
    storageClass: optionalObjectName,
    /** Absent: what the class's StorageProfile names. */
    volumeMode: absentIfEmpty(volumeModeSchema),
    accessMode: absentIfEmpty(z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'])),
    offloadPlugin: offloadPluginSchema.optional(),
  }),
  /** Built-in copiers of later API versions, named beside the destination. */
  offloadPlugin: fields(
    {},
    { notHonoured: { vsphereXcopyConfig: refused(PER_IMAGE), csiVolumeImport: refused(PER_IMAGE) } },
  ).optional(),
});

export const storageMapSchema = manifestSchema(
  'StorageMap',
  fields({
    provider: providerPairSchema.optional(),
    map: z.array(storageMapEntrySchema).max(MOST_MAP_ENTRIES),
  }),
);

export type StorageMapManifest = z.infer<typeof storageMapSchema>;
export type StorageMapEntry = z.infer<typeof storageMapEntrySchema>;
