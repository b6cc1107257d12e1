import type { PowerReading } from '../../plan/inventory';
import { offEvidence, ranSince } from '../../plan/off-proof';

const OFF: PowerReading = {
  state: 'poweredOff',
  bootTime: null,
  lastPowerOn: '2026-01-01T08:00:00Z',
};

test.each<[string, Partial<PowerReading>, Partial<PowerReading>, string | null]>([
  ['nothing happened', {}, {}, null],
  ['vCenter forgot the old power-on', {}, { lastPowerOn: null }, null],
  ['vCenter writes the same moment another way', {}, { lastPowerOn: '2026-01-01T09:00:00+01:00' }, null],
  ['it runs', {}, { state: 'poweredOn' }, 'vCenter says that it is poweredOn'],
  ['it was started and suspended', {}, { state: 'suspended' }, 'vCenter says that it is suspended'],
  [
    'it ran in between and is off again',
    {},
    { lastPowerOn: '2026-01-01T12:30:00Z' },
    'vCenter recorded a power-on at 2026-01-01T12:30:00Z',
  ],
  [
    'the first power-on that vCenter ever recorded came after the stop',
    { lastPowerOn: null },
    { lastPowerOn: '2026-01-01T12:30:00Z' },
    'vCenter recorded a power-on at 2026-01-01T12:30:00Z',
  ],
  [
    'only its boot time speaks',
    {},
    { bootTime: '2026-01-01T12:31:00Z' },
    'vCenter recorded a boot at 2026-01-01T12:31:00Z',
  ],
])('when %s', (_, atStop, now, verdict) => {
  expect(ranSince(offEvidence({ ...OFF, ...atStop }), { ...OFF, ...atStop, ...now })).toBe(verdict);
});
