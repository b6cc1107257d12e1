import { type ResolvedVolume, resolveVolumes, type VolumesRequest } from '.';
import { shortMessage } from '../api';
import { BackOff } from '../back-off';
import type { PodEvents } from '../events';
import type { NodeTiming } from '../options';
import { pause } from '../pause';

export interface MountPatience {
  timing: NodeTiming;
  events: PodEvents;
  /** The Pod ends: no more tries. */
  signal: AbortSignal;
}

/** Tries until every volume is mounted, and posts an event for each failure. Null where the Pod ends before. */
export async function mountWhenPossible(
  request: VolumesRequest,
  { timing, events, signal }: MountPatience,
): Promise<Map<string, ResolvedVolume> | null> {
  const backOff = new BackOff(timing.mountRetryMs, timing.mountRetryMaxMs);
  while (!signal.aborted) {
    try {
      return await resolveVolumes(request);
    } catch (error) {
      events.warn('FailedMount', `MountVolume.SetUp failed: ${shortMessage(error)}`);
    }
    await pause(backOff.next(), signal);
  }
  return null;
}
