/** What resolving knows of a plan as a whole, when it looks at one VM after the other. */
import type { ImportHost } from '../frozen';
import type { ReadNotes, TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import type { NetworkMapping } from './network-mapping';

/** Disks in the guest's order; of the cards those that the map does not ignore. */
export interface ObjectNames {
  claims: string[];
  /** Empty where no template names them. */
  disks: string[];
  nics: string[];
}

export interface Frame {
  set: ManifestSet;
  networks: NetworkMapping;
  target: TargetInventory;
  vcenterUuid: string;
  /** At which importers read the disks of their VMs. Absent: none. */
  hosts?: readonly ImportHost[];
  /** Absent where the plan does not want them. */
  notes?: ReadNotes;
  /** By moref. */
  names: ReadonlyMap<string, ObjectNames>;
}
