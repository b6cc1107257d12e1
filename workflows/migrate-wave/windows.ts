/** The start windows of a wave, as the wave sees them. */
import { sleep } from '@temporalio/workflow';
import { clock, localClock } from '../activity-proxies';
import type { Window } from '../../plan/manifests/windows';
import type { Standing } from '../../plan/windows';
import type { WaveState } from '../temporal-api';
import { now } from '../time';

/** Clocks of servers differ a little: a wave that woke too early would not look again. */
const LATE_MILLISECONDS = 1_000;

/**
 * Looks at the windows where what is known of them is over, and wakes the wave when that will be so again. VMs are started
 * only right after it, so that none starts by what was true before the wave, or its worker, slept.
 */
export async function lookAtStartWindows(
  { state, looksBeside }: { state: WaveState; looksBeside: boolean },
  wake: () => void,
): Promise<void> {
  const windows = state.rules?.startWindows;
  const isNeeded = windows !== undefined && state.vms.some(({ phase }) => phase === 'queued');
  if (!isNeeded || isKnown(state.window)) return;
  if (looksBeside) state.window = await lookUntilKnown(windows);
  else state.window = await localClock.lookAtWindows(windows, now());
  const { until } = state.window;
  if (until === null) return;
  // Cancelled together with the wave, which then has no use for it.
  sleep(Date.parse(until) - Date.now() + LATE_MILLISECONDS).then(wake, () => undefined);
}

/** The answer may come late: what it says may be over by then. */
async function lookUntilKnown(windows: readonly Window[]): Promise<Standing> {
  for (;;) {
    const standing = await clock.lookAtWindows(windows, now());
    if (isKnown(standing)) return standing;
  }
}

function isKnown(window: WaveState['window']): boolean {
  return window !== undefined && (window.until === null || now() < window.until);
}
