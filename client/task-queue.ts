/** Whose workers do what a client starts. */
import { DEFAULT_TASK_QUEUE, taskQueueSchema } from '../plan/task-queue';
import { DroverError } from './errors';

export interface TaskQueueOption {
  /** Default: `DROVER_TASK_QUEUE`, else `drover`. */
  taskQueue?: string;
  /** Default: the process's environment. */
  env?: NodeJS.ProcessEnv;
}

/** @throws `InvalidInput` */
export function readTaskQueue({ taskQueue, env = process.env }: TaskQueueOption): string {
  const name = taskQueue ?? (env['DROVER_TASK_QUEUE'] || DEFAULT_TASK_QUEUE);
  const { success, error } = taskQueueSchema.safeParse(name);
  if (success) return name;
  const where = taskQueue === undefined ? 'DROVER_TASK_QUEUE' : 'the task queue';
  throw new DroverError('InvalidInput', `${where}: ${error.issues[0]?.message}`);
}
