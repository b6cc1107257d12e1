/** What manifests of every kind have in common. */
import { z } from 'zod';
import { DEFAULT_NAMESPACE } from '../documents';
import { parseImageReference } from '../image-reference';
import { isDnsLabel, isDnsSubdomain } from '../names';
import { fields, refused } from './fields';

export const API_VERSION = 'forklift.konveyor.io/v1beta1';

/** A failed check says what would be right; the problem adds what was found. */
export const dnsLabel = z
  .string()
  .refine(
    isDnsLabel,
    'give at most 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit',
  );

/** Of a container image; the registry is asked for it before anything is touched. */
export const imageReference = z
  .string()
  .refine(
    (text) => parseImageReference(text) !== null,
    'give the reference of an image, as registry.example.com/vendor/offload:1.4',
  );

const OBJECT_NAME_RULE =
  'give at most 253 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit';

/** Of a Secret or ConfigMap. */
export const objectName = z.string().refine(isDnsSubdomain, OBJECT_NAME_RULE);

/** Such a name, or empty. */
export const optionalObjectName = z
  .string()
  .refine((text) => text === '' || isDnsSubdomain(text), OBJECT_NAME_RULE)
  .default('');

/**
 * Names of manifests. Kubernetes would take up to 253 characters; a plan's name also is a label's value on
 * everything that is made for it, and those hold 63.
 */
const manifestName = z
  .string()
  .regex(
    /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'give at most 63 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit',
  );

export const metadataSchema = fields(
  { name: manifestName, namespace: dnsLabel.default(DEFAULT_NAMESPACE) },
  {
    ignored: [
      'annotations',
      'creationTimestamp',
      'deletionGracePeriodSeconds',
      'deletionTimestamp',
      'finalizers',
      'generateName',
      'generation',
      'labels',
      'managedFields',
      'ownerReferences',
      'resourceVersion',
      'selfLink',
      'uid',
    ],
  },
);

/** A whole manifest of one of the API's kinds. `status` is the server's word and never read. */
export function manifestSchema<Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) {
  return fields(
    { apiVersion: z.literal(API_VERSION), kind: z.literal(kind), metadata: metadataSchema, spec },
    { ignored: ['status'] },
  );
}

const refNotes = { ignored: ['apiVersion', 'fieldPath', 'kind', 'resourceVersion', 'uid'] };

/** A reference to another object; without a namespace it means the namespace of the manifest that it stands in. */
export const objectRefSchema = fields({ name: z.string().min(1), namespace: dnsLabel.optional() }, refNotes);

/** A reference that may be empty. */
export const optionalRefSchema = fields(
  { name: z.string().default(''), namespace: dnsLabel.optional() },
  refNotes,
);

export type ObjectRef = z.infer<typeof objectRefSchema>;

/** Something at the source: by managed object id, else by name. */
export const sourceRefFields = { id: z.string().min(1).optional(), name: z.string().min(1).optional() };

/** Names a VM, datastore or network of another kind of source. */
export const otherSourceFields = {
  namespace: refused('remove it: vSphere has no namespaces'),
  type: refused('remove it: vSphere objects are named by id or name alone'),
  vlan: refused('remove it: networks are named by id or name'),
};
