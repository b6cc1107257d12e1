/** CDI's kinds, as far as a migration meets them. */
import { type CustomResource, customResource, type Definition } from './definition';
import type { Schema } from './schema';
import { typeSchemas } from './type-schema';

const TEXT: Schema = { type: 'string' };
const TEXTS: Schema = { type: 'array', items: TEXT };
const CDI = { group: 'cdi.kubevirt.io', version: 'v1beta1' } as const;

export function cdiDefinitions(): CustomResource[] {
  const schemaOf = typeSchemas('containerized-data-importer');
  const config = customResource({
    ...CDI,
    kind: 'CDIConfig',
    plural: 'cdiconfigs',
    scope: 'Cluster',
    spec: schemaOf('V1beta1CDIConfigSpec'),
    status: schemaOf('V1beta1CDIConfigStatus'),
    specRequired: true,
  });
  return [dataVolume(schemaOf), customResource(STORAGE_PROFILE), config];
}

function dataVolume(schemaOf: (type: string) => Schema): CustomResource {
  return customResource({
    ...CDI,
    kind: 'DataVolume',
    plural: 'datavolumes',
    scope: 'Namespaced',
    shortNames: ['dv', 'dvs'],
    categories: ['all'],
    columns: [
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Progress', type: 'string', jsonPath: '.status.progress' },
      { name: 'Restarts', type: 'integer', jsonPath: '.status.restartCount' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    spec: withCertificates(schemaOf('V1beta1DataVolumeSpec')),
    status: schemaOf('V1beta1DataVolumeStatus'),
    specRequired: true,
  });
}

/** `source.vddk.certConfigMap` is younger than the types (CDI #3947). */
function withCertificates(spec: Schema): Schema {
  const vddk = spec.properties?.source?.properties?.vddk?.properties;
  if (vddk === undefined) throw new Error('DataVolume has no spec.source.vddk');
  vddk.certConfigMap = TEXT;
  return spec;
}

const CLAIM_PROPERTY_SETS: Schema = {
  type: 'array',
  maxItems: 8,
  items: {
    type: 'object',
    required: ['accessModes', 'volumeMode'],
    properties: {
      accessModes: { ...TEXTS, maxItems: 4 },
      volumeMode: { type: 'string', enum: ['Block', 'Filesystem'] },
    },
  },
};

/** The published types leave this kind out. */
const STORAGE_PROFILE: Definition = {
  ...CDI,
  kind: 'StorageProfile',
  plural: 'storageprofiles',
  scope: 'Cluster',
  spec: {
    type: 'object',
    properties: {
      claimPropertySets: CLAIM_PROPERTY_SETS,
      cloneStrategy: TEXT,
      dataImportCronSourceFormat: TEXT,
      snapshotClass: TEXT,
    },
  },
  status: {
    type: 'object',
    properties: {
      claimPropertySets: CLAIM_PROPERTY_SETS,
      cloneStrategy: TEXT,
      dataImportCronSourceFormat: TEXT,
      provisioner: TEXT,
      snapshotClass: TEXT,
      storageClass: TEXT,
    },
  },
  specRequired: true,
};
