/**
 * A policy: one thing about a VM of a plan that a person should know before the VM moves, as data and a pure function.
 *
 * Each has a file of its own in a folder here, a pair of VMs in test/plan/policies, and a row in docs/policies.md. Sources of the
 * list: the rules of Forklift's validation service (`vmware.*.rego`), and the types of `VirtualDevice` in vSphere's API (8.0).
 */
import type { SourceInventory } from '../inventory';
import type { DecidedVm } from '../resolve/decided-disks';
import type { Frame } from '../resolve/frame';

/**
 * `critical` refuses the plan; `warning`: Drover migrates the VM, and a person should know the difference; `information`: nothing
 * is lost, and nobody needs to act.
 */
export type PolicySeverity = 'critical' | 'warning' | 'information';

export interface Policy {
  /** As plans acknowledge it: `mac-taken`. */
  readonly id: string;
  readonly severity: PolicySeverity;
  /** Of a critical one: nobody can acknowledge it, because Drover could not migrate such a VM. */
  readonly impossible?: true;
  readonly title: string;
  /** What it looks at, for the manual. */
  readonly looksAt: string;
  /** What is found, in one clause about the VM, or after the name of a disk or a card; `{}` is a detail. */
  readonly found: string;
  /** What a person can do about it, as an instruction. */
  readonly remedy: string;
  /** What it sees of a VM; nothing where all is well. */
  readonly judge: (subject: Subject) => Sighting[];
}

/** One VM, and what all VMs of the plan share. */
export interface Subject {
  planned: DecidedVm;
  context: PlanContext;
}

export interface PlanContext extends Frame {
  /** What the vCenter has besides the VMs of the plan. */
  source: Pick<SourceInventory, 'datastores' | 'hosts' | 'rules' | 'lacking' | 'skewSeconds'>;
  /** By moref of the VM whose card comes second: cards that share a MAC address within the plan, each in a clause. */
  twins: ReadonlyMap<string, readonly string[]>;
  /** Bytes of all volumes of the plan, by storage class. */
  classDemand: ReadonlyMap<string, number>;
}

/** Something that a policy saw, once for each disk or card. */
export interface Sighting {
  /** What stands for `{}`. */
  detail?: string;
  /** What it is about, before what is found: a disk. */
  about?: string;
  /** What else is to be said of this one, after what is found. */
  addition?: string;
  /** What else can be done about it. */
  otherwise?: string;
  /** What is better done about this one than what the policy says of all. */
  rather?: string;
}

/** One sighting, or none. */
export function seen(found: boolean, detail?: string): Sighting[] {
  return found ? [detail === undefined ? {} : { detail }] : [];
}

/** The clause of a policy about one sighting. */
export function foundBy({ found }: Policy, { about, addition, detail = '' }: Sighting): string {
  const clause = found.replace('{}', () => detail);
  return `${about === undefined ? '' : `${about} `}${clause}${addition ?? ''}`;
}

export function remedyFor({ remedy }: Policy, { otherwise, rather }: Sighting): string {
  return `${rather === undefined ? '' : `${rather}; or `}${remedy}${otherwise ?? ''}`;
}
