/** Every VM has ended, or waits for an operator with a reason. */
import type { Check } from './facts';

const PROMISE = 'every VM ends or parks with a reason';
const ENDS = ['succeeded', 'alreadyMigrated', 'aborted'];

export const endedOrParked: Check = ({ vms }) =>
  vms.flatMap(({ name, outcome, parkedBecause }) => {
    if (outcome === null && parkedBecause !== null && parkedBecause.trim() !== '') return [];
    if (outcome !== null && ENDS.includes(outcome)) return [];
    const what =
      outcome === null
        ? 'neither ended nor parked with a reason'
        : `ended as "${outcome}", which is no good end`;
    return [{ promise: PROMISE, about: name, at: null, what }];
  });
