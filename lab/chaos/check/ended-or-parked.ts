/** Every VM has ended, or waits for an operator with a reason; and so has whoever went back from it. */
import type { Check, Violation, VmFacts } from './facts';

const PROMISE = 'every VM ends or parks with a reason';
const ENDS = ['succeeded', 'alreadyMigrated', 'aborted'];
const ENDS_OF_GOING_BACK = ['rolledBack', 'final', 'refused', 'aborted'];

export const endedOrParked: Check = ({ vms }) => [...migrations(vms), ...goingsBack(vms)];

function migrations(vms: readonly VmFacts[]): Violation[] {
  return vms.flatMap(({ name, outcome, parkedBecause }) => {
    if (outcome === null && parkedBecause !== null && parkedBecause.trim() !== '') return [];
    if (outcome !== null && ENDS.includes(outcome)) return [];
    const what =
      outcome === null
        ? 'neither ended nor parked with a reason'
        : `ended as "${outcome}", which is no good end`;
    return [{ promise: PROMISE, about: name, at: null, what }];
  });
}

function goingsBack(vms: readonly VmFacts[]): Violation[] {
  return vms
    .filter(({ goneBack }) => goneBack !== null && !ENDS_OF_GOING_BACK.includes(goneBack.outcome ?? ''))
    .map(({ name, goneBack }) => ({
      promise: PROMISE,
      about: name,
      at: null,
      what: `its rollback or its being made final ended as "${goneBack?.outcome}"`,
    }));
}
