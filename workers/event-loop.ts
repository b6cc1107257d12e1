/**
 * How long the worker's one thread kept everything else waiting. Whatever takes long in it (a huge answer that is read, a
 * defect of ours) delays every step, heartbeat and watch of this worker, and shows nowhere else.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricMeter } from '@temporalio/common';

/** How often the metric is written, in milliseconds. */
const EVERY_MS = 10_000;
/** Milliseconds between two looks at the thread; shorter delays are not seen. */
const RESOLUTION_MS = 20;

/**
 * Keeps two gauges up to date, each of the last interval: `drover_event_loop_delay_max_seconds` and
 * `drover_event_loop_delay_p99_seconds`.
 * @returns what ends it
 */
export function exportEventLoopDelay(meter: MetricMeter, everyMs = EVERY_MS): () => void {
  const max = meter.createGauge('drover_event_loop_delay_max_seconds', 'float', 's', 'longest delay of late');
  const p99 = meter.createGauge('drover_event_loop_delay_p99_seconds', 'float', 's', '99 of 100 are shorter');
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const tell = () => {
    max.set(seconds(delays.max));
    p99.set(seconds(delays.percentile(99)));
    delays.reset();
  };
  // Not in the timer itself: after a delay all timers are due at once, and the one that measures must come first.
  const timer = setInterval(() => setImmediate(tell), everyMs).unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}

/** Of nanoseconds between two looks, what is beyond the pause that was asked for. */
function seconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
}
