import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const latencySensitivity: Policy = {
  id: 'latency-sensitivity',
  severity: 'warning',
  title: 'Latency sensitivity',
  looksAt: 'the latency sensitivity of the VM',
  found: 'its latency sensitivity is {}, and the target has no such setting',
  remedy: 'give the target dedicated CPUs and huge pages after the migration, if it needs them',
  judge: readFromSource('latency-sensitivity'),
};
