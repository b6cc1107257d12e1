/** Tasks: what vCenter goes on with after a call has returned. */
import { failure } from '../failure';
import { readLocalizedFault } from './faults';
import { readObject } from './property-collector';
import type { Vim } from './session';
import { awaitProperty } from './updates';
import { requiredRef, text } from './vim-value';

/** Longer than any power operation takes, and much shorter than the timeout of an activity's attempt. */
const TASK_TIMEOUT_MS = 45_000;

/**
 * Waits for the end of the task that a `…_Task` call has returned.
 * @throws VimFault with which the task failed; SourceFault when it has not ended in time.
 */
export async function awaitTask(vim: Vim, returned: unknown): Promise<void> {
  const task = requiredRef(returned, 'a task');
  const end = await awaitProperty(vim, {
    object: task,
    path: 'info.state',
    until: (value) => {
      const state = text(value);
      return state === 'success' || state === 'error' ? state : null;
    },
    deadline: Date.now() + TASK_TIMEOUT_MS,
  });
  if (end === null) {
    throw failure(
      'SourceFault',
      `vCenter's task ${task.value} has not ended within ${TASK_TIMEOUT_MS / 1000} s`,
    );
  }
  if (end === 'error') {
    const { props } = await readObject(vim, task, ['info.error']);
    throw readLocalizedFault(props.get('info.error'));
  }
}
