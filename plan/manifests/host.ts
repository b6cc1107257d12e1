/** Host: an ESXi host of a vCenter whose disks importers read at the host itself. */
import { z } from 'zod';
import { LONGEST_NAME } from '../field-limits';
import { manifestSchema, objectRefSchema, OTHER_SOURCE_FIELDS, sourceRefFields } from './common';
import { fields } from './fields';

export const hostSchema = manifestSchema(
  'Host',
  fields(
    {
      ...sourceRefFields,
      /** Of the card that serves disks: an address or a DNS name, with a port where it is not 443. */
      ipAddress: z.string().min(1).max(LONGEST_NAME),
      /** The vCenter that manages the host. */
      provider: objectRefSchema,
      /** With a login of the host itself. */
      secret: objectRefSchema,
    },
    { ignored: OTHER_SOURCE_FIELDS },
  ),
);

export type HostManifest = z.infer<typeof hostSchema>;
