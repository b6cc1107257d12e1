/**
 * Affinity of Pods, as Kubernetes has it: what a plan says of where VMs and conversions run. The rules are those of
 * ValidatePodSpec (Kubernetes 1.34, pkg/apis/core/validation), so that a wrong one is refused where it stands; the dry run
 * of a plan check asks the cluster itself.
 */
import { z } from 'zod';
import { isLabelKey, isLabelValue } from './check-labels';
import { LARGEST_AFFINITY } from './field-limits';
import { dnsLabel } from './manifests/common';

const MOST_TERMS = 20;

const labelKey = z.string().refine(isLabelKey, 'give a key as example.com/team or team');
const labelValue = z
  .string()
  .refine(
    isLabelValue,
    'give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit',
  );
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).max(MOST_TERMS);

const SET_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** `In` and `NotIn` have values, `Exists` and `DoesNotExist` none, `Gt` and `Lt` one whole number. */
function withValues<Operator extends string, Key extends z.ZodType>(
  operators: readonly Operator[],
  key: Key,
) {
  return z
    .strictObject({ key, operator: z.enum(operators), values: listOf(labelValue).optional() })
    .superRefine(({ operator, values = [] }, context) => {
      const remedy = wrongValues(operator, values);
      if (remedy !== null) context.addIssue({ code: 'custom', path: ['values'], message: remedy });
    });
}

function wrongValues(operator: string, values: readonly string[]): string | null {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? null : `give at least one value: the operator is ${operator}`;
    case 'Gt':
    case 'Lt':
      return values.length === 1 && /^-?\d+$/.test(values[0]!)
        ? null
        : `give one whole number in quotes: the operator is ${operator}`;
    default:
      return values.length === 0 ? null : `remove it: the operator ${operator} has no values`;
  }
}

const nodeExpression = withValues([...SET_OPERATORS, 'Gt', 'Lt'], labelKey);
/** Nodes have one such field. */
const nodeField = z.strictObject({
  key: z.literal('metadata.name'),
  operator: z.enum(['In', 'NotIn']),
  values: z.array(z.string().min(1).max(253)).length(1),
});

const nodeTerm = z.strictObject({
  matchExpressions: listOf(nodeExpression).optional(),
  matchFields: listOf(nodeField).optional(),
});

const labelSelector = z.strictObject({
  matchLabels: z.record(labelKey, labelValue).optional(),
  matchExpressions: listOf(withValues(SET_OPERATORS, labelKey)).optional(),
});

const podTerm = z.strictObject({
  labelSelector: labelSelector.optional(),
  topologyKey: labelKey,
  namespaces: listOf(dnsLabel).optional(),
  namespaceSelector: labelSelector.optional(),
  matchLabelKeys: listOf(labelKey).optional(),
  mismatchLabelKeys: listOf(labelKey).optional(),
});

const weight = z.number().int().min(1).max(100);

const podAffinity = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: listOf(podTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    z.strictObject({ weight, podAffinityTerm: podTerm }),
  ).optional(),
});

const nodeAffinity = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .strictObject({ nodeSelectorTerms: listOf(nodeTerm).min(1) })
    .optional(),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    z.strictObject({ weight, preference: nodeTerm }),
  ).optional(),
});

export const affinitySchema = z
  .strictObject({
    nodeAffinity: nodeAffinity.optional(),
    podAffinity: podAffinity.optional(),
    podAntiAffinity: podAffinity.optional(),
  })
  .refine(
    (affinity) => JSON.stringify(affinity).length <= LARGEST_AFFINITY,
    `give at most ${LARGEST_AFFINITY} characters, written as JSON`,
  );

export type Affinity = z.infer<typeof affinitySchema>;

/** A field of a manifest. What asks for nothing, as `nodeAffinity: {}`, is absent. */
export const affinityField = affinitySchema
  .optional()
  .transform((affinity) => (affinity !== undefined && asksForSomething(affinity) ? affinity : undefined));

function asksForSomething(affinity: Affinity): boolean {
  return Object.values(affinity).some((part) => part !== undefined && Object.keys(part).length > 0);
}
