/**
 * Cutover windows: the phase `await-window`, and what else keeps a source from being stopped outside them. What has begun in a
 * window goes on after it: copies, the conversion, the target.
 */
import { sleep } from '@temporalio/workflow';
import { now } from '../time';
import { stepsOf } from './made-local';
import { publish } from './publish';
import { giveAllBack } from './slots';
import { sourceVmOf, type Migration } from './state';

/** Clocks of servers differ a little: one that woke too early would ask once more. */
const LATE_MILLISECONDS = 1_000;

/**
 * Waits until a window is open. It holds no slot meanwhile: others may copy. A source that is off needs no window, as
 * nobody misses it.
 */
export async function awaitWindow(migration: Migration): Promise<void> {
  const { vm, state, memory } = migration;
  const { cutoverWindows = [] } = vm.policy;
  memory.window = null;
  if ((await stepsOf(migration).readPower(sourceVmOf(migration))).state === 'poweredOff') return;
  try {
    for (;;) {
      const window = await stepsOf(migration).lookAtWindows(cutoverWindows, now());
      memory.window = window;
      if (window.open) return;
      state.window = window;
      publish(state);
      if (window.until !== null) await sleep(untilThen(window.until) + LATE_MILLISECONDS);
    }
  } finally {
    delete state.window;
  }
}

/** Whether a window is open at this moment. */
export async function mayBeStopped(migration: Migration): Promise<boolean> {
  if (migration.vm.policy.cutoverWindows === undefined) return true;
  // In a task that waited for a local activity, the workflow's time stands still.
  await sleep(1);
  return !isShut(migration);
}

/** Whether the source must not be stopped, by the time at which the workflow's task began. */
export function isShut({ vm, memory: { window } }: Migration): boolean {
  if (vm.policy.cutoverWindows === undefined) return false;
  return window === null || !window.open || (window.until !== null && now() >= window.until);
}

/** Milliseconds until the open window closes; undefined where none does. */
export function untilClosed({ memory: { window } }: Migration): number | undefined {
  return window?.open === true && window.until !== null ? Math.max(1, untilThen(window.until)) : undefined;
}

/** The window has closed before the source was stopped: the migration waits for the next one, and then for its turn. */
export function backToWindow(migration: Migration): void {
  migration.memory.done.delete('await-window');
  migration.memory.done.delete('await-turn');
  migration.memory.done.delete('before-cutover');
  giveAllBack(migration);
}

/** Whether it was sent back, to its window or to its volumes, so that no phase from there on is done. */
export function isSentBack({ vm, memory }: Migration): boolean {
  if (vm.source.hosts !== undefined && !memory.done.has('volumes')) return true;
  return vm.policy.cutoverWindows !== undefined && !memory.done.has('await-window');
}

function untilThen(iso: string): number {
  return Date.parse(iso) - Date.now();
}
