/** Which acknowledgements of a plan are of which of its VMs. They are foreign data: what can not be read is left to the checks. */
import { isDocument, type Document } from './documents';
import { EntryTexts, type PlacedEntry } from './entry-texts';

export class AcknowledgedVms {
  /** By a VM's place in `spec.vms`: the places in `spec.drover.acknowledge` that name the VM. */
  private readonly naming = new Map<number, Set<number>>();

  /** @param acknowledge `spec.drover.acknowledge` */
  constructor(
    private readonly acknowledge: unknown,
    entries: readonly Document[],
  ) {
    const known = new EntryTexts(entries);
    listOf(acknowledge).forEach((one, index) => {
      for (const text of namesOf(one) ?? []) {
        const [place, ...others] = typeof text === 'string' ? known.placesOf(text) : [];
        if (place === undefined || others.length > 0) continue;
        this.naming.set(place, (this.naming.get(place) ?? new Set()).add(index));
      }
    });
  }

  /** What a plan of these VMs alone says of them, each called as its entry there does: those of all VMs, and of these. */
  of(some: readonly PlacedEntry[]): { acknowledge?: unknown } {
    if (!Array.isArray(this.acknowledge))
      return this.acknowledge === undefined ? {} : { acknowledge: this.acknowledge };
    const names = new Map<number, unknown[]>();
    for (const { place, entry } of some)
      for (const index of this.naming.get(place) ?? [])
        names.set(index, [...(names.get(index) ?? []), entry.id ?? entry.name]);
    const acknowledge = this.acknowledge.flatMap((one: unknown, index) => {
      if (namesOf(one) === null) return [one];
      const vms = names.get(index);
      return vms === undefined ? [] : [{ ...(one as Document), vms }];
    });
    return { acknowledge };
  }
}

/** Null where it is of all VMs. */
function namesOf(one: unknown): unknown[] | null {
  return isDocument(one) && Array.isArray(one.vms) ? one.vms : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
