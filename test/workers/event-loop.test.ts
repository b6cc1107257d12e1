import type { MetricMeter } from '@temporalio/common';
import { exportEventLoopDelay } from '../../workers/event-loop';
import { eventually } from '../support/eventually';

/** Takes what a Prometheus endpoint would be given. */
function recordingMeter() {
  const values: Record<string, number[]> = {};
  const createGauge = (name: string) => ({ set: (value: number) => (values[name] ??= []).push(value) });
  return { values, meter: { createGauge } as unknown as MetricMeter };
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a thread that is kept busy is seen while it is, and not for ever', async () => {
  const { meter, values } = recordingMeter();
  const stop = exportEventLoopDelay(meter, 200);
  const longest = () => values['drover_event_loop_delay_max_seconds'] ?? [];
  await eventually(() => {
    block(400);
    return Promise.resolve(longest().some((seconds) => seconds > 0.3));
  });
  await eventually(() => Promise.resolve((longest().at(-1) ?? 1) < 0.3));
  stop();
  expect(Math.max(...longest())).toBeLessThan(30);
  expect(values['drover_event_loop_delay_p99_seconds']).toHaveLength(longest().length);
});
