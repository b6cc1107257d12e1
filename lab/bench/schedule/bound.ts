/** No scheduler can be faster than this. */
import type { Estate, EstateVm } from './estate';
import { secondsOf, type Job } from './jobs';
import { usesOf, type KindLimits } from './uses';

/**
 * The largest of: all work of one resource, as many at once as may; the longest VM, whose disks all together, as many at
 * once as it may, are followed by its conversion.
 */
export function lowerBound({ vms }: Estate, limits: KindLimits, maxConcurrentDisks: number): number {
  const chains = vms.map((vm) => chain(vm, maxConcurrentDisks));
  return Math.max(...chains, ...loads(vms, limits));
}

function chain({ disks, conversionSeconds }: EstateVm, maxConcurrentDisks: number): number {
  const seconds = disks.map((disk) => disk.seconds);
  const sum = seconds.reduce((total, value) => total + value, 0);
  return Math.max(sum / maxConcurrentDisks, ...seconds) + conversionSeconds;
}

function loads(vms: readonly EstateVm[], limits: KindLimits): number[] {
  const sums = new Map<string, number>();
  for (const job of vms.flatMap(jobsOf)) {
    for (const { kind, name } of usesOf(job)) {
      sums.set(name, (sums.get(name) ?? 0) + secondsOf(job) / limits[kind]);
    }
  }
  return [...sums.values()];
}

function jobsOf(vm: EstateVm): Job[] {
  return [...vm.disks.map((_, disk): Job => ({ vm, disk })), { vm, disk: null }];
}
