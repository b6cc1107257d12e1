/** First come, first served: disks in the order of the inventory, each as soon as there is room for it. */
import type { Estate, EstateVm } from './estate';
import type { Job, Scheduler } from './jobs';
import { FirstFit } from './room';
import type { KindLimits } from './uses';

export class FirstCome implements Scheduler {
  private readonly fit: FirstFit;
  private readonly left = new Map<EstateVm, number>();

  constructor(
    private readonly estate: Estate,
    limits: KindLimits,
  ) {
    this.fit = new FirstFit(limits);
  }

  begin(): Job[] {
    for (const vm of this.estate.vms) this.left.set(vm, vm.disks.length);
    return this.fit.add(this.estate.vms.flatMap((vm) => vm.disks.map((_, disk) => ({ vm, disk }))));
  }

  ended(job: Job): Job[] {
    const { vm, disk } = job;
    const started = this.fit.ended(job);
    if (disk === null) return started;
    const left = this.left.get(vm)! - 1;
    this.left.set(vm, left);
    return left > 0 ? started : [...started, ...this.fit.add([{ vm, disk: null }])];
  }
}
