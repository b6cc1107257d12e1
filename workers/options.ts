/** Every number that a worker runs by, from its environment. Pure: nothing is left to the SDK's defaults. */
import type { WorkerOptions } from '@temporalio/worker';
import { z } from 'zod';
import type { ActivityOptions } from '../activities';
import { imageMatches, isPlaceEntry } from '../plan/consent';
import { DEFAULT_TASK_QUEUE, taskQueueSchema, waitQueueOf } from '../plan/task-queue';
import { formatAddress, type ListenAddress, listenAddressSchema } from './listen-address';

const slots = (fallback: number) => z.coerce.number().int().min(1).max(10_000).default(fallback);

/** With commas between its items. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** The variables that `drover worker` reads, beside Temporal's own and KUBECONFIG. */
const environmentSchema = z.object({
  /** Whose work this worker does. Its waits are on the queue of this name with `-waits`. */
  DROVER_TASK_QUEUE: taskQueueSchema.default(DEFAULT_TASK_QUEUE),
  /** Quick activities at once. */
  DROVER_ACTIVITY_SLOTS: slots(50),
  /** Waits at once: as many as disks and VMs may be waited for by this process. They cost little. */
  DROVER_WAIT_SLOTS: slots(200),
  /**
   * Workflow tasks at once. Each takes CPU for milliseconds, and then may wait for the brief activities within it. At
   * least 2, for the cache to be of use.
   */
  DROVER_WORKFLOW_SLOTS: z.coerce.number().int().min(2).max(10_000).default(100),
  /** Workflows kept in memory; about 600 for each GB. */
  DROVER_CACHED_WORKFLOWS: slots(600),
  /** How long quick activities may go on after SIGTERM, in seconds. Keep it below the Pod's grace period. */
  DROVER_SHUTDOWN_GRACE_SECONDS: z.coerce.number().int().min(0).max(600).default(10),
  /**
   * How long one watch of the cluster lasts before everything is listed again, in seconds: how late the end of a wait
   * may be noticed where a watch fell silent.
   */
  DROVER_WATCH_SECONDS: z.coerce.number().int().min(5).max(300).default(90),
  /** Images that may run, as `registry.example.com/vendor/*` or a whole repository, with commas; absent: all. */
  DROVER_ALLOWED_IMAGES: list.optional(),
  /** Image of a container that does nothing, which holds a VM's volumes until they are bound. */
  DROVER_BINDER_IMAGE: z.string().default('registry.k8s.io/pause:3.10'),
  /** Namespaces to work in whatever their labels say, as `apps`, `*` or `apps@api.example.com:6443`, with commas. */
  DROVER_TARGET_NAMESPACES: list
    .refine(
      (entries) => entries.every(isPlaceEntry),
      'expected namespaces as apps or apps@api.example.com:6443',
    )
    .default([]),
  /**
   * Registries that may be asked without encryption, as `host:port`, with commas; also where they are on this machine
   * or its link, where nothing is asked that neither this nor DROVER_ALLOWED_IMAGES lists.
   */
  DROVER_PLAIN_HTTP_REGISTRIES: list.default([]),
  DROVER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** `host:port` to offer Prometheus metrics on; absent means none. */
  DROVER_METRICS: listenAddressSchema.transform(formatAddress).optional(),
  /** `host:port` to answer probes on, `/livez` and `/readyz`; absent means none. */
  DROVER_HEALTH: listenAddressSchema.optional(),
});

export interface WorkerSettings {
  main: WorkerOptions;
  waits: WorkerOptions;
  activities: ActivityOptions;
  /** Where probes are answered; null: nowhere. */
  health: ListenAddress | null;
  telemetry: { level: 'debug' | 'info' | 'warn' | 'error'; metricsAddress: string | null };
}

/** Waits hold nothing that a shutdown could break: they are begun again elsewhere, the sooner the better. */
const WAIT_GRACE_SECONDS = 1;
/** After the grace time, for activities that don't hear their cancellation. */
const FORCE_AFTER_SECONDS = 5;

/** Progress bars move as often as heartbeats are let through. */
const HEARTBEAT_THROTTLE = {
  maxHeartbeatThrottleInterval: '2s',
  defaultHeartbeatThrottleInterval: '1s',
} as const;

const POLLERS = { type: 'autoscaling', minimum: 1, initial: 2, maximum: 10 } as const;

/** Errors: one line naming every variable that can't be used. */
export function readWorkerSettings(env: NodeJS.ProcessEnv): WorkerSettings {
  const parsed = environmentSchema.safeParse(withoutEmpty(env));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new RangeError(faults.join('; '));
  }
  const values = parsed.data;
  const graceSeconds = values.DROVER_SHUTDOWN_GRACE_SECONDS;
  return {
    main: {
      taskQueue: values.DROVER_TASK_QUEUE,
      maxConcurrentActivityTaskExecutions: values.DROVER_ACTIVITY_SLOTS,
      maxConcurrentLocalActivityExecutions: values.DROVER_ACTIVITY_SLOTS,
      maxConcurrentWorkflowTaskExecutions: values.DROVER_WORKFLOW_SLOTS,
      maxCachedWorkflows: values.DROVER_CACHED_WORKFLOWS,
      workflowTaskPollerBehavior: POLLERS,
      activityTaskPollerBehavior: POLLERS,
      ...HEARTBEAT_THROTTLE,
      ...graceTimes(graceSeconds, graceSeconds),
    },
    waits: {
      taskQueue: waitQueueOf(values.DROVER_TASK_QUEUE),
      maxConcurrentActivityTaskExecutions: values.DROVER_WAIT_SLOTS,
      activityTaskPollerBehavior: POLLERS,
      ...HEARTBEAT_THROTTLE,
      ...graceTimes(Math.min(WAIT_GRACE_SECONDS, graceSeconds), graceSeconds),
    },
    activities: {
      watchSeconds: values.DROVER_WATCH_SECONDS,
      binderImage: values.DROVER_BINDER_IMAGE,
      allowedImages: values.DROVER_ALLOWED_IMAGES ?? null,
      targetNamespaces: values.DROVER_TARGET_NAMESPACES,
      plainHttpRegistries: values.DROVER_PLAIN_HTTP_REGISTRIES,
    },
    health: values.DROVER_HEALTH ?? null,
    telemetry: { level: values.DROVER_LOG_LEVEL, metricsAddress: values.DROVER_METRICS ?? null },
  };
}

/** What holds volumes is an image that runs, as any other. Errors: one line. */
export function requireAllowedBinder({ activities: { allowedImages, binderImage } }: WorkerSettings): void {
  if (allowedImages == null || imageMatches(binderImage, allowedImages)) return;
  throw new RangeError(
    `DROVER_BINDER_IMAGE: ${binderImage} is not in DROVER_ALLOWED_IMAGES; add it there, or name another`,
  );
}

/** What an operator should know of a worker's settings before it takes work. */
export function settingsWarnings({ activities }: WorkerSettings): string[] {
  if (activities.allowedImages != null) return [];
  return [
    'DROVER_ALLOWED_IMAGES is not set: whoever may start a workflow may have any image run in target namespaces',
  ];
}

function graceTimes(graceSeconds: number, longestGrace: number) {
  return {
    shutdownGraceTime: `${graceSeconds}s`,
    shutdownForceTime: `${longestGrace + FORCE_AFTER_SECONDS}s`,
  } as const;
}

/** An empty variable, as compose files make them, is none. */
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}
