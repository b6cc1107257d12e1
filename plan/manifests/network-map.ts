/** NetworkMap: which network of the source becomes which network of the target. */
import { z } from 'zod';
import { MOST_MAP_ENTRIES } from '../field-limits';
import { readAttachment } from '../network-attachment';
import { fields } from './fields';
import { manifestSchema, optionalDnsLabel, OTHER_SOURCE_FIELDS, sourceRefFields } from './common';
import { providerPairSchema } from './provider-pair';

const attachmentName = z
  .string()
  .refine(
    (text) => readAttachment({ namespace: '', name: text }) !== null,
    'give the name of a NetworkAttachmentDefinition: at most 253 lower-case letters, digits, dashes and dots, after its namespace and a slash if you like',
  )
  .default('');

export const networkMapEntrySchema = fields({
  source: fields(sourceRefFields, { ignored: OTHER_SOURCE_FIELDS }),
  destination: fields({
    /** `ignored` leaves the cards on this network away. */
    type: z.enum(['pod', 'multus', 'ignored']),
    /** NetworkAttachmentDefinition, for `multus`; without a namespace, of the target namespace. */
    namespace: optionalDnsLabel,
    /** Also `namespace/name`, as Multus has it. */
    name: attachmentName,
  }),
});

export const networkMapSchema = manifestSchema(
  'NetworkMap',
  fields({
    provider: providerPairSchema.optional(),
    map: z.array(networkMapEntrySchema).max(MOST_MAP_ENTRIES),
  }),
);

export type NetworkMapManifest = z.infer<typeof networkMapSchema>;
export type NetworkMapEntry = z.infer<typeof networkMapEntrySchema>;
