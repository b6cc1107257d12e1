/** What a fault is, and what it strikes. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { Random } from '../../random';
import type { LabState } from '../../state';
import type { Link } from '../link';
import type { Part } from '../part';
import type { StormWorker } from '../workers';

/** The lab as a storm sees it. */
export interface World {
  lab: LabState;
  /** By name: `etcd`, `temporal`, `outside`, … */
  parts: ReadonlyMap<string, Part>;
  workers: readonly StormWorker[];
  /** Between vCenter and all that read it: workers and importers. */
  vcenter: Link;
  /** As an administrator. */
  cluster: KubeConfig;
  /** Disks that the array copies, as vCenter names them. */
  arrayDisks: readonly string[];
}

/** One fault on its way. */
export interface Aim {
  /** What it strikes. Two faults on one thing do not overlap. */
  on: string;
  /** From its begin to its undoing; 0 where it is over at once. */
  seconds: number;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

export interface Fault {
  /** As in the table of docs/chaos.md. */
  name: string;
  does: string;
  undone: string;
  /** What it strikes runs for moments only: the storm lies in wait for it, while others strike. */
  lurks?: true;
  /** Null where there is nothing to strike at this instant. Draws from `random` alone, so that a seed repeats it. */
  aim(world: World, random: Random): Promise<Aim | null> | Aim | null;
}

export function pick<T>(list: readonly T[], random: Random): T | null {
  return list[Math.floor(random.next() * list.length)] ?? null;
}
