/** Drover: the deciding core itself, and around it a wave that takes VMs from both ends, so many at once. */
import { decide, type Grant, type SlotEvent, type Want } from '../../../workflows/transfer-slots/decide';
import {
  needsOfConversion,
  needsOfImport,
  needsOfPluginCopy,
  type Limits,
} from '../../../workflows/transfer-slots/resources';
import { newSlots, type Slots } from '../../../workflows/transfer-slots/state';
import { CLUSTER, type Estate, type EstateDisk, type EstateVm } from './estate';
import type { Job, Scheduler } from './jobs';

export const MAX_CONCURRENT_DISKS = 4;

export class DroverScheduler implements Scheduler {
  private readonly slots: Slots;
  private readonly byName: Map<string, EstateVm>;
  /** VMs that are not begun; the next one last. */
  private readonly queued: EstateVm[];
  private readonly off = new Set<EstateVm>();

  constructor(
    estate: Estate,
    limits: Limits,
    private readonly window: number,
  ) {
    this.slots = newSlots(limits);
    this.byName = new Map(estate.vms.map((vm) => [vm.name, vm]));
    this.queued = fromBothEnds([...estate.vms].sort((a, b) => chainEstimate(b) - chainEstimate(a))).reverse();
  }

  begin(): Job[] {
    return Array.from({ length: this.window }, () => this.beginNext(0)).flat();
  }

  ended({ vm, disk }: Job, disksLeft: number, now: number): Job[] {
    const holder = idOf(vm);
    if (disk === null) {
      return [...this.tell({ kind: 'gone', holder }, now), ...this.beginNext(now)];
    }
    const started = this.tell({ kind: 'release', holder, keys: [keyOf(disk)] }, now);
    return disksLeft > 0 ? started : [...started, ...this.ask(vm, [conversion(vm)], now)];
  }

  private beginNext(now: number): Job[] {
    const vm = this.queued.pop();
    if (vm === undefined) return [];
    const wants = vm.disks.map((disk, index): Want => ({
      key: keyOf(index),
      needs: needsOf(disk),
      seconds: disk.estimate,
    }));
    return this.ask(vm, wants, now);
  }

  private ask(vm: EstateVm, wants: Want[], now: number): Job[] {
    const isOff = this.off.has(vm);
    const maxConcurrentDisks = MAX_CONCURRENT_DISKS;
    return this.tell({ kind: 'ask', holder: idOf(vm), priority: 0, isOff, maxConcurrentDisks, wants }, now);
  }

  /** A VM is stopped as soon as it may copy a first disk, and says so. */
  private tell(event: SlotEvent, now: number): Job[] {
    const jobs = decide(this.slots, event, now).map((grant) => this.jobOf(grant));
    const stopped = [...new Set(jobs.map(({ vm }) => vm))].filter((vm) => !this.off.has(vm));
    for (const vm of stopped) this.off.add(vm);
    return [...jobs, ...stopped.flatMap((vm) => this.ask(vm, [], now))];
  }

  private jobOf({ holder, key }: Grant): Job {
    const vm = this.byName.get(holder.workflowId)!;
    return { vm, disk: key === CONVERSION ? null : Number(key) };
  }
}

const CONVERSION = 'conversion';

function conversion(vm: EstateVm): Want {
  return { key: CONVERSION, needs: needsOfConversion(CLUSTER), seconds: vm.conversionEstimate };
}

function keyOf(disk: number): string {
  return String(disk);
}

function idOf({ name }: EstateVm): { workflowId: string; runId: string } {
  return { workflowId: name, runId: 'first' };
}

function needsOf(disk: EstateDisk): Want['needs'] {
  const places = { ...disk, cluster: CLUSTER };
  return disk.array === null ? needsOfImport(places) : needsOfPluginCopy(places, disk.array);
}

/**
 * The longest, the shortest, the second longest, and so on. Longest first alone ends in a crowd of short VMs that all wait
 * for conversions; so they come in between, and those that are left for the end are of middle length.
 */
function fromBothEnds(sorted: readonly EstateVm[]): EstateVm[] {
  return sorted.map((_, place) => sorted.at(place % 2 === 0 ? place / 2 : -(place + 1) / 2)!);
}

function chainEstimate({ disks, conversionEstimate }: EstateVm): number {
  const estimates = disks.map(({ estimate }) => estimate);
  const sum = estimates.reduce((total, estimate) => total + estimate, 0);
  return Math.max(sum / MAX_CONCURRENT_DISKS, ...estimates) + conversionEstimate;
}
