/** What the Pods of a migration ask of their nodes: our defaults, and what a plan says otherwise. */
import { z } from 'zod';
import { parseQuantity } from './quantity';

/** Resources that a plan may give. Devices are no matter of taste: `conversionKvm` asks for the only one. */
export const POD_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
type Resource = (typeof POD_RESOURCES)[number];

const LONGEST_QUANTITY = 24;

/** A Pod's one container, as Kubernetes takes it. */
export interface PodResources {
  requests: Partial<Record<Resource, string>>;
  limits: Partial<Record<Resource, string>>;
}

const QUANTITY_RULE = 'give a quantity, as 500m, 2 or 4Gi';

const quantityText = z
  .string()
  .max(LONGEST_QUANTITY)
  .refine((text) => (parseQuantity(text) ?? -1) >= 0, QUANTITY_RULE);

/** In a manifest: YAML reads `cpu: 2` as a number. */
export const quantity = z.union([z.string(), z.number()], QUANTITY_RULE).transform(String).pipe(quantityText);

const amount = quantityText.optional();
const amounts = z.object({ cpu: amount, memory: amount, 'ephemeral-storage': amount });

/** What a plan says of one kind of Pod, in a frozen plan. */
export const frozenPodResources = z.object({ requests: amounts, limits: amounts });

/**
 * Each with a limit for processor and memory: where a namespace has a quota on these, a Pod without is refused.
 *
 * `binder` does nothing; what it asks for it may use, which any `maxLimitRequestRatio` of a LimitRange allows. `probe`
 * runs `virt-v2v-in-place --version` and looks for files. `plugin` has an array copy; CDI's importers, which move each byte
 * themselves, have 750m and 600M (CDI 1.66, CDIConfig). `conversion`: virt-v2v gives libguestfs' appliance 2560 MiB (seen
 * with 2.2), qemu and virt-v2v need the rest; Forklift 2.9 limits its own to 4 processors, too. `hook` runs Ansible, or what
 * its writer likes.
 */
export const DEFAULT_POD_RESOURCES = {
  binder: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '10m', memory: '32Mi' } },
  probe: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  plugin: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '1Gi' } },
  conversion: { requests: { cpu: '1', memory: '3Gi' }, limits: { cpu: '4', memory: '4Gi' } },
  hook: { requests: { cpu: '100m', memory: '150Mi' }, limits: { cpu: '1', memory: '1Gi' } },
} as const satisfies Record<string, PodResources>;

export type PodPurpose = keyof typeof DEFAULT_POD_RESOURCES;

export type GivenResources = z.infer<typeof frozenPodResources>;

/** For a frozen plan, where what says nothing is left out. */
export function saidOf(given: GivenResources): GivenResources | undefined {
  return Object.values({ ...given.requests, ...given.limits }).length === 0 ? undefined : given;
}

/** Where only one of request and limit is given, our default of the other gives way, so that they still fit. */
export function podResources(
  purpose: PodPurpose,
  given: GivenResources = { requests: {}, limits: {} },
): PodResources {
  const defaults: PodResources = DEFAULT_POD_RESOURCES[purpose];
  const resources: PodResources = { requests: {}, limits: {} };
  for (const name of POD_RESOURCES) {
    const request = given.requests[name] ?? smaller(defaults.requests[name], given.limits[name]);
    const limit = given.limits[name] ?? larger(defaults.limits[name], given.requests[name]);
    if (request !== undefined) resources.requests[name] = request;
    if (limit !== undefined) resources.limits[name] = limit;
  }
  return resources;
}

function smaller(one: string | undefined, bound: string | undefined): string | undefined {
  return one !== undefined && bound !== undefined && exceeds(one, bound) ? bound : one;
}

function larger(one: string | undefined, bound: string | undefined): string | undefined {
  return one !== undefined && bound !== undefined && exceeds(bound, one) ? bound : one;
}

/** Whether one quantity is more than another. */
export function exceeds(one: string, other: string): boolean {
  return (parseQuantity(one) ?? 0) > (parseQuantity(other) ?? 0);
}
