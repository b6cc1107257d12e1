/** Every number that a worker runs by, from its environment. Pure: nothing is left to the SDK's defaults. */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import type { z } from 'zod';
import type { ActivityOptions } from '../activities';
import { imageMatches } from '../plan/consent';
import { TRANSFER_SLOTS_QUEUE, deploymentOf, waitQueueOf } from '../plan/task-queue';
import { environmentSchema } from './environment';
import type { ListenAddress } from './listen-address';

export interface WorkerSettings {
  main: WorkerOptions;
  waits: WorkerOptions;
  /** For the one workflow of the namespace that grants transfer slots. */
  slots: WorkerOptions;
  activities: ActivityOptions;
  /** Of all workers of the process; null: they have none. */
  version: WorkerDeploymentVersion | null;
  /** Manifests of Providers that this worker knows; null: none. */
  providersFile: string | null;
  /** Where probes are answered; null: nowhere. */
  health: ListenAddress | null;
  telemetry: { level: 'debug' | 'info' | 'warn' | 'error'; metricsAddress: string | null };
}

/** A shutdown can break nothing in a wait: another worker starts it again, the sooner the better. */
const WAIT_GRACE_SECONDS = 1;
/** After the grace time, for activities that don't hear their cancellation. */
const FORCE_AFTER_SECONDS = 5;

/** Progress bars move as often as heartbeats are let through. */
const HEARTBEAT_THROTTLE = {
  maxHeartbeatThrottleInterval: '2s',
  defaultHeartbeatThrottleInterval: '1s',
} as const;

/**
 * How long a task of a workflow waits for the worker that keeps the workflow in memory, before any worker may take it: at
 * most so long does a dead worker hold it up. A worker that has no time for a task within a second would not make up for the
 * replay elsewhere.
 */
const STICKY = { stickyQueueScheduleToStartTimeout: '1s' } as const;

/** One workflow, and the few activities that it starts one after the other. A worker needs two slots for workflow tasks. */
const SLOTS_AT_ONCE = 2;

const POLLERS = { type: 'autoscaling', minimum: 1, initial: 2, maximum: 10 } as const;

/** @throws one line naming every variable that can't be used */
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
      ...STICKY,
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
    slots: {
      taskQueue: TRANSFER_SLOTS_QUEUE,
      maxConcurrentActivityTaskExecutions: SLOTS_AT_ONCE,
      maxConcurrentLocalActivityExecutions: SLOTS_AT_ONCE,
      maxConcurrentWorkflowTaskExecutions: SLOTS_AT_ONCE,
      maxCachedWorkflows: SLOTS_AT_ONCE,
      ...STICKY,
      workflowTaskPollerBehavior: POLLERS,
      activityTaskPollerBehavior: POLLERS,
      ...HEARTBEAT_THROTTLE,
      ...graceTimes(Math.min(WAIT_GRACE_SECONDS, graceSeconds), graceSeconds),
    },
    activities: {
      watchSeconds: values.DROVER_WATCH_SECONDS,
      binderImage: values.DROVER_BINDER_IMAGE,
      xfsConversionImage: values.DROVER_XFS_CONVERSION_IMAGE ?? null,
      cdiNamespace: values.DROVER_CDI_NAMESPACE,
      allowedImages: values.DROVER_ALLOWED_IMAGES ?? null,
      targetNamespaces: values.DROVER_TARGET_NAMESPACES,
      plainHttpRegistries: values.DROVER_PLAIN_HTTP_REGISTRIES,
    },
    version: versionOf(values),
    providersFile: values.DROVER_PROVIDERS ?? null,
    health: values.DROVER_HEALTH ?? null,
    telemetry: { level: values.DROVER_LOG_LEVEL, metricsAddress: values.DROVER_METRICS ?? null },
  };
}

/** @throws one line */
function versionOf(values: z.output<typeof environmentSchema>): WorkerDeploymentVersion | null {
  const { DROVER_BUILD_ID: buildId, DROVER_DEPLOYMENT: name, DROVER_TASK_QUEUE: queue } = values;
  if (buildId !== undefined) return { deploymentName: name ?? deploymentOf(queue), buildId };
  if (name === undefined) return null;
  throw new RangeError('DROVER_DEPLOYMENT: it is set without DROVER_BUILD_ID; set both, or neither');
}

/**
 * The worker's own images run as any other.
 *
 * @throws one line naming every variable whose image the list does not have
 */
export function requireAllowedImages({ activities }: WorkerSettings): void {
  const { allowedImages, binderImage, xfsConversionImage } = activities;
  if (allowedImages == null) return;
  const named = { DROVER_BINDER_IMAGE: binderImage, DROVER_XFS_CONVERSION_IMAGE: xfsConversionImage };
  const faults = Object.entries(named).flatMap(([name, image]) =>
    image == null || imageMatches(image, allowedImages)
      ? []
      : [`${name}: ${image} is not in DROVER_ALLOWED_IMAGES; add it there, or name another`],
  );
  if (faults.length > 0) throw new RangeError(faults.join('; '));
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
