/** Rows of a report. */
import type { VmSummary } from '../../../../workflows/temporal-api';

export function summary(changes: Partial<VmSummary> = {}): VmSummary {
  return {
    name: 'web01',
    target: 'migrated/web01',
    disks: 1,
    bytes: 1024,
    methods: ['import'],
    downtimeSeconds: 8,
    phaseSeconds: { copy: 3.5 },
    outcome: 'succeeded',
    failure: null,
    ...changes,
  };
}

/** One that was parked for 40 seconds in the midst of its copy. */
export const PARKED: Partial<VmSummary> = {
  startedAt: '2026-01-01T10:00:00.000Z',
  endedAt: '2026-01-01T10:01:40.000Z',
  waitSeconds: { operator: 40 },
  attempts: 2,
  decisions: [{ at: '2026-01-01T10:01:00.000Z', action: 'retry', who: 'ann', why: 'array is back' }],
  timeline: [
    ['check', 0, 5],
    ['copy', 5, 20],
    ['operator', 20, 60],
    ['copy', 60, 90],
    ['tidy', 90, 100],
  ],
};
