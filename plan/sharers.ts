/** Who has a VM's disks together with it, and whether they stayed off while the disks were copied. Pure. */
import type { SharerEvidence } from './copy-evidence';
import type { DiskSharer, FrozenVm } from './frozen';
import type { PowerReading } from './inventory';
import { ranSince } from './off-proof';

/** What vCenter says of one VM now; null where it does not show it. */
export interface SharerReading {
  moref: string;
  reading: PowerReading | null;
}

/** A VM that must have stayed off since it was seen off. */
export interface WatchedSharer extends SharerEvidence {
  name: string;
}

/** The other VMs that write disks which this VM's migration copies. */
export function sharersOf({ disks }: Pick<FrozenVm, 'disks'>): DiskSharer[] {
  return once(disks.flatMap(({ sharedWith = [] }) => sharedWith));
}

/** The other VMs that write disks which this VM attaches. */
export function sharersOfAttached({ attached = [] }: Pick<FrozenVm, 'attached'>): DiskSharer[] {
  return once(attached.flatMap(({ sharedWith }) => sharedWith));
}

function once(sharers: readonly DiskSharer[]): DiskSharer[] {
  return [...new Map(sharers.map((sharer) => [sharer.moref, sharer])).values()];
}

/** Which of them are not off, one clause each. */
export function notOff(sharers: readonly DiskSharer[], readings: readonly SharerReading[]): string[] {
  return sharers.flatMap(({ moref, name }) => {
    const reading = readingOf(moref, readings);
    if (reading?.state === 'poweredOff') return [];
    const state = reading === null ? 'vCenter does not say whether it is off' : STATES[reading.state];
    return [`VM "${name}" (${moref}) has a disk together with this VM, and ${state}`];
  });
}

const STATES = { poweredOn: 'is on', suspended: 'is suspended', poweredOff: 'is off' } as const;

/** Which of them ran since they were seen off, one clause each. */
export function sharersRan(sharers: readonly WatchedSharer[], readings: readonly SharerReading[]): string[] {
  return sharers.flatMap(({ moref, name, off }) => {
    const reading = readingOf(moref, readings);
    const ran = reading === null ? 'vCenter does not show it any more' : ranSince(off, reading);
    return ran === null
      ? []
      : [
          `VM "${name}" (${moref}), which has a disk together with this VM, ran after it was seen off: ${ran}`,
        ];
  });
}

function readingOf(moref: string, readings: readonly SharerReading[]): PowerReading | null {
  return readings.find((one) => one.moref === moref)?.reading ?? null;
}
