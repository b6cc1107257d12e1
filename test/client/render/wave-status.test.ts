import { renderWaveStatus } from '../../../client/render/wave';
import type { WaveStatus } from '../../../client/migration-handle';

function status(left?: WaveStatus['left']): string {
  const plan = { namespace: 'mtv', name: 'wave-1' };
  const wave = { plan, phase: 'migrating' as const, problems: [], maxConcurrentVms: 10, vms: [] };
  return renderWaveStatus({ ...wave, ...(left !== undefined && { left }) });
}

test('what is left of a wave is a range, or unknown; of one that has ended it says nothing', () => {
  expect(status({ low: 3600, high: 7200 })).toContain(
    '  left      1h 00m to 2h 00m, without what is parked\n',
  );
  expect(status(null)).toContain('  left      unknown until something is measured\n');
  expect(status()).not.toContain('left');
});
