/** What manifests of every kind have in common. */
import { z } from 'zod';
import {
  LONGEST_NAME,
  LONGEST_PATH,
  LONGEST_PATTERN,
  LONGEST_VARS,
  MOST_LABELS,
  MOST_VARS,
} from '../field-limits';
import { DEFAULT_NAMESPACE } from '../documents';
import { parseImageReference } from '../image-reference';
import { readLinePattern } from '../line-pattern';
import { isDnsLabel, isDnsSubdomain } from '../names';
import { fields, ignored } from './fields';

export const API_VERSION = 'forklift.konveyor.io/v1beta1';

const DNS_LABEL_RULE =
  'give at most 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit';

/** A failed check says what would be right; the problem adds what was found. */
export const dnsLabel = z.string().refine(isDnsLabel, DNS_LABEL_RULE);

/** Such a name, or empty. */
export const optionalDnsLabel = z
  .string()
  .refine((text) => text === '' || isDnsLabel(text), DNS_LABEL_RULE)
  .default('');

/** A regular expression that is tried on each whole line of a console. */
export const linePattern = z
  .string()
  .max(LONGEST_PATTERN)
  .superRefine((text, context) => {
    const read = readLinePattern(text);
    if (typeof read !== 'string') return;
    const message = `give a regular expression as RE2 has them, without look-around and back references (${read})`;
    context.addIssue({ code: 'custom', message });
  });

const IMAGE_RULE = 'give the reference of an image, as registry.example.com/vendor/offload:1.4';

/** Of a container image; the registry is asked for it before anything is touched. */
export const imageReference = z.string().refine((text) => parseImageReference(text) !== null, IMAGE_RULE);

/** Such a reference; an empty text, as tools write it for an absent one, is none. */
export const optionalImageReference = z
  .string()
  .refine((text) => text === '' || parseImageReference(text) !== null, IMAGE_RULE)
  .transform((text) => (text === '' ? undefined : text))
  .optional();

const OBJECT_NAME_RULE =
  'give at most 253 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit';

/** Of a Secret, a ConfigMap or a storage class. */
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
export const manifestName = z
  .string()
  .regex(
    /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'give at most 63 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit',
  );

/** By key; their form is {@link labelFault}'s. */
export const labelsSchema = z
  .record(z.string(), z.string())
  .refine((labels) => Object.keys(labels).length <= MOST_LABELS, `give at most ${MOST_LABELS} labels`);

/** By name; what a name may be is {@link varFault}'s. */
export const varsSchema = z
  .record(z.string(), z.string())
  .refine((vars) => Object.keys(vars).length <= MOST_VARS, `give at most ${MOST_VARS} variables`)
  .refine(
    (vars) => Object.entries(vars).flat().join('').length <= LONGEST_VARS,
    `give at most ${LONGEST_VARS} characters, names and values together`,
  );

export const metadataSchema = fields(
  { name: manifestName, namespace: dnsLabel.default(DEFAULT_NAMESPACE) },
  {
    ignored: ignored('servers and tools write it', [
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
    ]),
  },
);

/** A whole manifest of one of the API's kinds. `status` is the server's word and never read. */
export function manifestSchema<Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) {
  return fields(
    { apiVersion: z.literal(API_VERSION), kind: z.literal(kind), metadata: metadataSchema, spec },
    { ignored: ignored('it is what a server says', ['status']) },
  );
}

const refNotes = {
  ignored: ignored('servers and tools write it; the name says which object is meant', [
    'apiVersion',
    'fieldPath',
    'kind',
    'resourceVersion',
    'uid',
  ]),
};

/** A reference to another object; without a namespace it means the namespace of the manifest that it stands in. */
export const objectRefSchema = fields({ name: objectName, namespace: dnsLabel.optional() }, refNotes);

/** A reference that may be empty. */
export const optionalRefSchema = fields(
  { name: optionalObjectName, namespace: absentIfEmpty(dnsLabel) },
  refNotes,
);

export type ObjectRef = z.infer<typeof objectRefSchema>;

/** Something at the source: by managed object id, else by name. */
export const sourceRefFields = {
  id: z.string().min(1).max(LONGEST_NAME).optional(),
  /** Also an inventory path. */
  name: z.string().min(1).max(LONGEST_PATH).optional(),
};

/**
 * What else the API says of something at the source. It only describes what id or name mean at vSphere, so that it asks for
 * nothing; without these the reference names nothing, and is refused.
 */
export const OTHER_SOURCE_FIELDS = ignored('it only describes what `id` or `name` means', [
  'namespace',
  'type',
  'vlan',
]);

/** A field that may be an empty text, as the API's own tools write an absent one. */
export function absentIfEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional()).optional();
}
