/**
 * What earlier migrations of a VM have left: at the target, by the labels and notes on its objects; in Temporal, by
 * their records. A VM whose migration was finished is left alone by every later run, and no remedy removes its target.
 */

interface Name {
  namespace: string;
  name: string;
}

/** Who a VM of a vCenter is, as labels and workflow ids have it. */
export interface SourceId {
  vcenterUuid: string;
  moref: string;
}

/**
 * How far the migration had come that made what stands:
 * - `finished`: it was brought to its end, as a note on the target says.
 * - `whole`: the target has all of its disks, or runs, and nothing on it says that its migration was finished. An older
 *   version wrote no such note; or the workflow was ended by hand in its last phases; or it still goes on.
 * - `disks`: finished disks, whose VirtualMachine is gone.
 * - `rolledBack`: it was finished, then rolled back, and its target was kept; that target is off.
 * - `parts`: what a migration needs on its way, and nothing that anybody could use.
 */
export type Standing = 'finished' | 'whole' | 'disks' | 'rolledBack' | 'parts';

/** What one earlier migration has left in a target namespace. */
export interface FormerTarget extends SourceId {
  /** The plan that made it. */
  plan: Name;
  namespace: string;
  /** Of its VirtualMachine; null where there is none. */
  machine: string | null;
  /** vCenter's instance UUID of the source VM, and its name; null where nothing says it. */
  instanceUuid: string | null;
  sourceName: string | null;
  standing: Standing;
  /** ISO 8601; null where it was not finished, or nothing says when. */
  finishedAt: string | null;
  /** Names of its claims that are there. */
  volumes: string[];
  /** Names of the claims that its VirtualMachine wants and that are not there. */
  missingVolumes: string[];
}

/** The record of a migration that succeeded. Temporal keeps it as long as its namespace's retention says. */
export interface FormerSuccess extends SourceId {
  plan: Name;
  target: Name;
  /** vCenter's instance UUID of the source VM; null where nothing says it. */
  instanceUuid: string | null;
  /** When it ended, ISO 8601. */
  at: string;
}

/** What is known of earlier migrations as a plan is resolved. */
export interface Earlier {
  targets: readonly FormerTarget[];
  /** The latest of each VM and namespace of a target. */
  successes: readonly FormerSuccess[];
  /** VMs that are to be migrated although they were before, by name, moref or instance UUID. */
  again: readonly string[];
}

/** The record of the migration that made what stands there. */
export function recordOf(former: FormerTarget, successes: readonly FormerSuccess[]): FormerSuccess | null {
  return (
    successes.find(
      ({ target, ...source }) =>
        isSame(source, former) && target.namespace === former.namespace && target.name === former.machine,
    ) ?? null
  );
}

/** By the note on the target; by the record where an older version wrote no note. */
export function isFinished(former: FormerTarget, successes: readonly FormerSuccess[]): boolean {
  if (former.standing === 'finished') return true;
  return former.standing === 'whole' && recordOf(former, successes) !== null;
}

export function isSame(one: SourceId, other: SourceId): boolean {
  return one.moref === other.moref && one.vcenterUuid === other.vcenterUuid;
}

/**
 * Whether an instance UUID shows that another VM had the same id before: a vCenter may give an id twice, and an ESXi host that was
 * installed anew counts from the beginning. What is unknown shows nothing.
 */
export function isOther(former: string | null, current: string): boolean {
  return former !== null && former !== '' && current !== '' && former !== current;
}

/** The records that are of this VM, and not of another that had its id before. */
export function recordsOf(
  { instanceUuid, ...source }: SourceId & { instanceUuid: string },
  successes: readonly FormerSuccess[],
): FormerSuccess[] {
  return successes.filter((one) => isSame(one, source) && !isOther(one.instanceUuid, instanceUuid));
}

/** `VirtualMachine migrated/web01`, or its disks where it is gone. */
export function describeFormer({ namespace, machine, volumes }: FormerTarget): string {
  if (machine !== null) return `VirtualMachine ${namespace}/${machine}`;
  return `${volumes.length === 1 ? 'claim' : 'claims'} ${volumes.map((name) => `${namespace}/${name}`).join(', ')}`;
}

/** Somebody may use what stands, though nothing says that its migration was finished: only its owner can tell. */
export function isUnclear({ standing }: FormerTarget): boolean {
  return standing === 'whole' || standing === 'disks';
}

/** Note on a finished target: when its migration ended, ISO 8601. An owner may write it by hand on a target that serves. */
export const FINISHED_AT = 'drover.dev/migrated-at';
/** Note on a finished target: run id of the workflow that finished it. */
export const FINISHED_BY = 'drover.dev/migrated-by';
/** Note on a target that was kept when its migration was rolled back: when, ISO 8601. It takes the place of the two above. */
export const ROLLED_BACK_AT = 'drover.dev/rolled-back-at';
/** Beside it: run id of the workflow whose migration was rolled back. */
export const ROLLED_BACK_RUN = 'drover.dev/rolled-back-run';
/** Note on a volume that other targets may attach, while its migration is rolled back: no other target attaches it. */
export const ROLLING_BACK = 'drover.dev/rolling-back';
/** Note on a target that is never rolled back: since when, ISO 8601. */
export const FINAL_AT = 'drover.dev/final-at';
