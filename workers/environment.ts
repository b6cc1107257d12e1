/**
 * The variables that `drover worker` reads, beside Temporal's own and KUBECONFIG. Each says here what it does: its
 * sentence is shown by `drover worker --help` and in docs/operations.md.
 */
import { z } from 'zod';
import { isPlaceEntry } from '../plan/consent';
import { isImagePattern, isRegistry, parseImageReference } from '../plan/image-reference';
import { dnsLabel } from '../plan/manifests/common';
import { similar } from '../plan/suggest';
import { DEFAULT_TASK_QUEUE, taskQueueSchema } from '../plan/task-queue';
import { formatAddress, listenAddressSchema } from './listen-address';

/** Digits alone: elsewhere `0x10`, `1e3` and `true` are numbers, too. */
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most));

const slots = (fallback: number) => whole(1, 10_000).default(fallback);

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
    .describe(
      'Task queue whose work this worker does; its waits are on the queue of this name with `-waits`',
    ),
  DROVER_ACTIVITY_SLOTS: slots(50).describe('Quick activities at once'),
  DROVER_WAIT_SLOTS: slots(200).describe(
    'Waits at once: as many disks and VMs as this worker may wait for. A wait costs little',
  ),
  // A task takes CPU for milliseconds, and then may wait for the local activities within it. One slot of two is not
  // enough for the cache to be of use.
  DROVER_WORKFLOW_SLOTS: whole(2, 10_000).default(100).describe('Workflow tasks at once'),
  DROVER_CACHED_WORKFLOWS: slots(600).describe('Workflows kept in memory; plan 1 GB for each 600'),
  DROVER_SHUTDOWN_GRACE_SECONDS: whole(0, 600)
    .default(10)
    .describe(
      'How long quick activities may go on after SIGTERM, in seconds. Keep it below the grace period of the Pod',
    ),
  DROVER_WATCH_SECONDS: whole(5, 300)
    .default(90)
    .describe(
      'How long a watch of the cluster lasts before everything is listed again, in seconds. Where a watch falls silent, the end of a wait is noticed so late',
    ),
  DROVER_ALLOWED_IMAGES: list
    .refine(
      (entries) => entries.every(isImagePattern),
      'expected whole names, as registry.example.com/vendor/* or docker.io/vendor/offload',
    )
    .optional()
    .describe(
      'Images that may run, with commas: whole repositories, or all below a `/*`, as `registry.example.com/vendor/*`. Absent: every image',
    ),
  DROVER_BINDER_IMAGE: z
    .string()
    .refine((image) => parseImageReference(image) !== null, 'expected an image')
    .default('registry.k8s.io/pause:3.10')
    .describe(
      'Image of a container that does nothing; it holds the volumes of a VM until they are bound. Name a mirror where nodes do not reach the default',
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
      'Namespaces to work in whatever their labels say, as `apps`, `*` or `apps@api.example.com:6443`, with commas',
    ),
  DROVER_PROVIDERS: z
    .string()
    .optional()
    .describe(
      'File with manifests of Providers, read at the start of the worker: plans name these without bringing them, and can not change them',
    ),
  DROVER_PLAIN_HTTP_REGISTRIES: list
    .refine((entries) => entries.every(isRegistry), 'expected registries as registry.lab:5000')
    .default([])
    .describe(
      'Registries that may be asked without encryption, as `host:port`, with commas; also registries on this machine or its link, where nothing is asked that neither this nor `DROVER_ALLOWED_IMAGES` lists',
    ),
  DROVER_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least level that is logged'),
  DROVER_METRICS: listenAddressSchema
    .transform(formatAddress)
    .optional()
    .describe('`IP:port` to offer Prometheus metrics on. Absent: none'),
  DROVER_HEALTH: listenAddressSchema
    .optional()
    .describe('`IP:port` to answer the probes `/livez` and `/readyz` on. Absent: nothing listens'),
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
