/** First come, first served: disks in the order of the inventory, each as soon as there is room for it. */
import type { Estate } from './estate';
import type { Job, Scheduler } from './jobs';
import { FirstFit } from './room';
import type { KindLimits } from './uses';

export class FirstCome implements Scheduler {
  private readonly fit: FirstFit;

  constructor(
    private readonly estate: Estate,
    limits: KindLimits,
  ) {
    this.fit = new FirstFit(limits);
  }

  begin(): Job[] {
    return this.fit.add(this.estate.vms.flatMap((vm) => vm.disks.map((_, disk) => ({ vm, disk }))));
  }

  ended(job: Job, disksLeft: number): Job[] {
    const started = this.fit.ended(job);
    if (job.disk === null || disksLeft > 0) return started;
    return [...started, ...this.fit.add([{ vm: job.vm, disk: null }])];
  }
}
