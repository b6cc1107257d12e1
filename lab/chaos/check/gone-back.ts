/** A rollback puts the source back as it was, with the target off; and nothing else does. */
import type { Check, Facts, Violation, VmFacts } from './facts';
import { sourceRuns, targetRuns } from './never-both-run';

const PROMISE = 'a rollback, and nothing else, puts the source back';

export const goneBack: Check = (facts) =>
  facts.vms.filter(({ outcome }) => outcome === 'succeeded').flatMap((vm) => wrongSides(facts, vm));

/** At the end. */
function wrongSides(facts: Facts, vm: VmFacts): Violation[] {
  const isBack = vm.goneBack?.outcome === 'rolledBack';
  const sourceRan = sourceRuns(facts.power, vm).at(-1)?.to === null;
  const targetRan = targetRuns(facts, vm).some(({ to }) => to === null);
  const found = (what: string): Violation[] => [{ promise: PROMISE, about: vm.name, at: null, what }];
  if (!isBack) return sourceRan ? found('its source runs, and it was not rolled back') : [];
  return [
    ...(targetRan ? found('it was rolled back, and its target runs') : []),
    ...(sourceRan === vm.ranAtFirst ? [] : found('it was rolled back, and its source is not as it was')),
  ];
}
