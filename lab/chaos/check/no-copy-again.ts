/** A disk whose copy has ended is not copied again, unless it became void. */
import { copyStarts } from './copy-starts';
import type { Check, DiskFacts, Facts, Violation, VmFacts } from './facts';

const PROMISE = 'no finished disk is copied again';

export const noCopyAgain: Check = (facts) =>
  facts.vms.flatMap((vm) => vm.disks.flatMap((disk) => copiedAgain(facts, vm, disk)));

function copiedAgain(facts: Facts, vm: VmFacts, disk: DiskFacts): Violation[] {
  return copyStarts(facts, disk).flatMap((at) => {
    const copied = disk.copiedAt.filter((end) => end < at);
    const last = Math.max(...copied);
    if (copied.length === 0 || vm.voidedAt.some((voided) => voided >= last && voided <= at)) return [];
    return [
      {
        promise: PROMISE,
        about: `${vm.name} disk ${disk.key}`,
        at,
        what: `copied, and copied again into ${disk.volume}`,
      },
    ];
  });
}
