/**
 * The variables that `drover worker` reads, beside Temporal's own and KUBECONFIG. Each says here what it does: its
 * sentence is shown by `drover worker --help` and in docs/operations.md.
 */
import { z } from 'zod';
import { isPlaceEntry } from '../plan/consent';
import { isImagePattern, isRegistry, parseImageReference } from '../plan/image-reference';
import { dnsLabel } from '../plan/manifests/common';
import { similar } from '../plan/suggest';
import { DEFAULT_TASK_QUEUE, UNVERSIONED, taskQueueSchema } from '../plan/task-queue';
import { formatAddress, listenAddressSchema } from './listen-address';

/** Digits alone: elsewhere `0x10`, `1e3` and `true` are numbers, too. */
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most));

const slots = (fallback: number) => whole(1, 10_000).default(fallback);

const image = z.string().refine((text) => parseImageReference(text) !== null, 'expected an image');

/** With commas between its items. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

export const environmentSchema = z.object({
  DROVER_TASK_QUEUE: taskQueueSchema
    .default(DEFAULT_TASK_QUEUE)
    .describe('Task queue that this worker polls. For waits it polls the queue of this name with `-waits`'),
  DROVER_BUILD_ID: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/,
      'expected at most 100 letters, digits, dots, dashes, underscores and plus signs, as 0.1.0',
    )
    .refine((build) => build !== UNVERSIONED, `expected another word than ${UNVERSIONED}`)
    .optional()
    .describe(
      'Version of this worker, as `0.1.0`: it takes new work when `drover versions set-current` says so. Absent: it has no version, and all workers are upgraded together',
    ),
  DROVER_DEPLOYMENT: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
      'expected at most 100 letters, digits, dashes and underscores, as drover',
    )
    .optional()
    .describe(
      'Name that all versions of these workers share. Absent: the name of the task queue, with dashes for dots',
    ),
  DROVER_ACTIVITY_SLOTS: slots(50).describe('How many quick activities run at once'),
  DROVER_WAIT_SLOTS: slots(200).describe(
    'How many waits run at once: for so many disks and VMs this worker can wait. A wait costs little',
  ),
  // A task takes CPU for milliseconds, and then may wait for the local activities within it. One slot of two is not
  // enough for the cache to be of use.
  DROVER_WORKFLOW_SLOTS: whole(2, 10_000).default(100).describe('How many workflow tasks run at once'),
  DROVER_CACHED_WORKFLOWS: slots(600).describe(
    'How many workflows the worker keeps in memory; plan 1 GB for each 600',
  ),
  DROVER_SHUTDOWN_GRACE_SECONDS: whole(0, 600)
    .default(10)
    .describe(
      'How long quick activities may go on after SIGTERM, in seconds. Keep it below the grace period of the Pod',
    ),
  DROVER_WATCH_SECONDS: whole(5, 300)
    .default(90)
    .describe(
      'How long a watch of the cluster lasts before Drover lists everything again, in seconds. If a watch falls silent, Drover notices the end of a wait up to this time later',
    ),
  DROVER_ALLOWED_IMAGES: list
    .refine(
      (entries) => entries.every(isImagePattern),
      'expected whole names, as registry.example.com/vendor/* or docker.io/vendor/offload',
    )
    .optional()
    .describe(
      'Images that may run, separated by commas: whole repositories, or all below a `/*`, as `registry.example.com/vendor/*`. Absent: every image may run',
    ),
  DROVER_BINDER_IMAGE: image
    .default('registry.k8s.io/pause:3.10')
    .describe(
      'Image of a container that does nothing: its Pod mounts the volumes of a VM until they are bound. Name a mirror if the nodes do not reach the default',
    ),
  DROVER_XFS_CONVERSION_IMAGE: image
    .optional()
    .describe(
      'Image that converts guests of plans with `xfsCompatibility: true`: as any conversion image, but with a kernel that mounts XFS of version 4. Absent: such plans are refused',
    ),
  DROVER_CDI_NAMESPACE: dnsLabel
    .default('cdi')
    .describe('Namespace of CDI in target clusters; OpenShift has it in `openshift-cnv`'),
  DROVER_TARGET_NAMESPACES: list
    .refine(
      (entries) => entries.every(isPlaceEntry),
      'expected namespaces as apps or apps@api.example.com:6443',
    )
    .default([])
    .describe(
      'Target namespaces that need no label, as `apps`, `*` or `apps@api.example.com:6443`, separated by commas',
    ),
  DROVER_PROVIDERS: z
    .string()
    .optional()
    .describe(
      'File with manifests of Providers. The worker reads it when it starts. Plans name these Providers, need no manifests of them, and can not change them',
    ),
  DROVER_PLAIN_HTTP_REGISTRIES: list
    .refine((entries) => entries.every(isRegistry), 'expected registries as registry.lab:5000')
    .default([])
    .describe(
      'Registries that the worker asks without encryption, as `host:port`, separated by commas. It asks registries on its own machine or link only if this list or `DROVER_ALLOWED_IMAGES` names them',
    ),
  DROVER_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Lowest level of messages that the worker logs'),
  DROVER_METRICS: listenAddressSchema
    .transform(formatAddress)
    .optional()
    .describe('`IP:port` on which the worker offers Prometheus metrics. Absent: it offers none'),
  DROVER_HEALTH: listenAddressSchema
    .optional()
    .describe(
      '`IP:port` on which the worker answers the probes `/livez` and `/readyz`. Absent: nothing listens',
    ),
});

export interface Variable {
  name: string;
  /** As an operator would write it; null: none. */
  fallback: string | null;
  meaning: string;
}

export function variables(): Variable[] {
  const defaults: Record<string, unknown> = environmentSchema.parse({});
  return Object.entries(environmentSchema.shape).map(([name, { description = '' }]) => ({
    name,
    fallback: asText(defaults[name]),
    meaning: description,
  }));
}

function asText(value: unknown): string | null {
  const text = String(value ?? '');
  return text === '' ? null : text;
}

const PREFIX = 'DROVER_';

/**
 * One line for each variable that looks like a slip of the pen: what it was meant to set is not set. Others that begin
 * so may be anybody's, as those that Kubernetes makes for a Service of the name.
 */
export function misspelledVariables(env: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(environmentSchema.shape).map((name) => name.slice(PREFIX.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !(name in environmentSchema.shape))
    .flatMap((name) =>
      similar(name.slice(PREFIX.length), known, 1).map(
        (meant) => `${name} is not read; did you mean ${PREFIX}${meant}?`,
      ),
    );
}
