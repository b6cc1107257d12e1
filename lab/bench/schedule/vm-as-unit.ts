/**
 * As Forklift does it: 20 disks in flight on an ESXi host, and a VM as the unit. In the order of the plan a VM starts when
 * its host has room for all its imports (a VM that only plugins copy counts as one); one that needs more than 20 starts
 * alone. Then all its disks are begun at once, and its host has room for others as each one ends.
 *
 * Forklift knows no other limit: its disks would meet those of vCenter, datastores, classes and arrays. Here they wait there
 * in the order in which they came, each until there is room for it. That favours it: in the world an import that finds no
 * connection fails and is restarted. Its VMs have no bound of their own, and conversions wait in line as everybody's.
 */
import type { Estate, EstateVm } from './estate';
import type { Job, Scheduler } from './jobs';
import { FirstFit } from './room';
import type { KindLimits } from './uses';

/** `MAX_VM_INFLIGHT`. */
export const IN_FLIGHT = 20;

export class VmAsUnit implements Scheduler {
  private readonly fit: FirstFit;
  private queued: EstateVm[];
  private readonly inFlight = new Map<string, number>();

  constructor(estate: Estate, limits: KindLimits) {
    this.fit = new FirstFit(limits);
    this.queued = [...estate.vms];
  }

  begin(): Job[] {
    return this.fit.add(this.beginVms());
  }

  ended(job: Job, disksLeft: number): Job[] {
    const { vm, disk } = job;
    const started = this.fit.ended(job);
    if (disk === null) return started;
    this.add(vm, -this.weight(vm, disk, disksLeft));
    const conversion = disksLeft > 0 ? [] : [{ vm, disk: null }];
    return [...started, ...this.fit.add([...conversion, ...this.beginVms()])];
  }

  /** What its host has in flight less when the disk has ended. */
  private weight(vm: EstateVm, disk: number, left: number): number {
    if (vm.disks[disk]!.array === null) return 1;
    return left === 0 && imports(vm) === 0 ? 1 : 0;
  }

  private beginVms(): Job[] {
    const begun: EstateVm[] = [];
    this.queued = this.queued.filter((vm) => {
      const inFlight = this.inFlight.get(hostOf(vm)) ?? 0;
      if (inFlight > 0 && inFlight + cost(vm) > IN_FLIGHT) return true;
      this.add(vm, cost(vm));
      begun.push(vm);
      return false;
    });
    return begun.flatMap((vm) => vm.disks.map((_, disk) => ({ vm, disk })));
  }

  private add(vm: EstateVm, units: number): void {
    this.inFlight.set(hostOf(vm), (this.inFlight.get(hostOf(vm)) ?? 0) + units);
  }
}

function cost(vm: EstateVm): number {
  return Math.max(1, imports(vm));
}

function imports({ disks }: EstateVm): number {
  return disks.filter(({ array }) => array === null).length;
}

function hostOf({ disks }: EstateVm): string {
  return `${disks[0]!.vcenter} ${disks[0]!.host}`;
}
