/**
 * How the source's guest is shut down, and how long it gets: `shutdownTimeout` of the plan (its default is in
 * plan/manifests/drover-settings.ts). Then `onShutdownTimeout` of the plan decides: Drover cuts the power, or the VM parks.
 */
import { power, waits } from '../activity-proxies';
import { fail } from '../failure';
import { isShut } from './cutover';
import { sourceVmOf, type Migration } from './state';

/** Asks the guest to shut down, and waits. Drover cuts the power only where the plan allows it. */
export async function shutDown(migration: Migration): Promise<void> {
  const { memory, state } = migration;
  // Remembered before Drover asks the guest: an abort in between must know that the guest may still go down.
  state.source.stoppedByUs = true;
  state.source.stoppedAt = null;
  memory.shutdownPending = true;
  const answer = await power.shutDownGuest(sourceVmOf(migration));
  if (answer === 'alreadyOff') return;
  if (answer === 'noTools') {
    memory.shutdownPending = false;
    return cutPower(migration, 'its guest runs no VMware Tools that could shut it down');
  }
  if ((await awaitShutDown(migration)) === 'off') return;
  const seconds = migration.vm.policy.shutdownTimeoutSeconds;
  await cutPower(migration, `its guest still ran ${seconds} s after it was asked to shut down`);
}

/** Waits until the guest has gone down, for as long as the plan gives it. */
export function awaitShutDown(migration: Migration): Promise<'off' | 'timeout'> {
  const timeoutSeconds = migration.vm.policy.shutdownTimeoutSeconds;
  return waits(timeoutSeconds).awaitPoweredOff({ ...sourceVmOf(migration), timeoutSeconds });
}

async function cutPower(migration: Migration, why: string): Promise<void> {
  if (migration.vm.policy.onShutdownTimeout === 'park')
    throw fail('SourceShutdownTimeout', `the source runs: ${why}`);
  if (isShut(migration))
    throw fail('SourceShutdownTimeout', `the source runs: ${why}, and its cutover window has closed`);
  await power.powerOffSource(sourceVmOf(migration));
}
