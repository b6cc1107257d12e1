/** While a conversion may write to disks, nothing else does, and none follows one that ended well. */
import { baseOf } from './base-name';
import type { Check, ContainerRun, Facts, Violation, VmFacts } from './facts';
import { overlap } from './intervals';

const PROMISE = 'no disk is converted twice';

export const convertedOnce: Check = (facts) => facts.vms.flatMap((vm) => convertedTwice(facts, vm));

function convertedTwice(facts: Facts, vm: VmFacts): Violation[] {
  const runs = conversionsOf(facts, vm);
  return runs.flatMap((run, place) =>
    runs.slice(place + 1).flatMap((later) => {
      const both = overlap(run, later);
      if (both !== null) return [violation(vm, both, `${run.pod} and ${later.pod} ran together`)];
      const voided = vm.voidedAt.some((at) => at >= run.from && at <= later.from);
      if (run.exitCode !== 0 || voided) return [];
      return [violation(vm, later.from, `${later.pod} ran after ${run.pod} had ended well`)];
    }),
  );
}

function conversionsOf({ runs }: Facts, { disks }: VmFacts): ContainerRun[] {
  const base = baseOf(disks);
  return runs.filter(({ pod }) => base !== null && pod.startsWith(`${base}-convert-`));
}

function violation({ name }: VmFacts, at: number, what: string): Violation {
  return { promise: PROMISE, about: name, at, what };
}
