import { type Policy, seen } from '../policy';

const MOST_SECONDS = 60;

export const clockSkew: Policy = {
  id: 'clock-skew',
  severity: 'warning',
  title: 'Clocks that differ',
  looksAt: 'the clock of the vCenter, and the clock of the worker',
  found:
    "the clock of its vCenter is {} the worker's clock: times of both can not be compared, and certificates may not be valid yet, or no longer",
  remedy: 'let vCenter, ESXi hosts and the nodes of the worker keep their time by NTP',
  judge: ({ context: { source } }) => {
    const skew = source.skewSeconds ?? 0;
    const seconds = Math.abs(skew);
    return seen(seconds > MOST_SECONDS, `${seconds} seconds ${skew > 0 ? 'ahead of' : 'behind'}`);
  },
};
