/**
 * A migration as a story, from the histories of its workflows alone: it can be read of a migration that was terminated,
 * of one whose workers are gone, and from a file. Pure.
 */
import type { FrozenDisk } from '../../plan/frozen';
import { readDiskId } from '../../plan/workflow-ids';
import { readEvents, type Told } from './read-events';
import { valueOf } from './payloads';
import { startOf, type RecordedHistory } from './recorded';

export interface TimelineEntry extends Told {
  /** Of the VM when it began; null before the first. */
  phase: string | null;
  /** The disk's index; null where it is not about one. */
  disk: number | null;
}

/** @param histories the migration's first, then those of its children */
export function timelineOf([own, ...children]: readonly RecordedHistory[]): TimelineEntry[] {
  if (own === undefined) return [];
  const disks = disksOf(own);
  const ofVm = readEvents(own.history).map((told) => ({ ...told, disk: diskOf(told.child, disks) }));
  const ofDisks = children.map(({ workflowId, history }) =>
    // The VM's own history says already that the copy began and how it ended.
    readEvents(history)
      .filter(({ kind }) => kind !== 'begin' && kind !== 'end')
      .map((told) => ({ ...told, disk: diskOf(workflowId, disks) })),
  );
  return withPhases(merged([ofVm, ...ofDisks]));
}

/** By time; what one history says stays in its order, since a local activity is recorded after it began. */
function merged<T extends Told>(histories: readonly T[][]): T[] {
  const placed = histories.flatMap((entries) => {
    let latest = '';
    return entries.map((entry) => {
      if (entry.at > latest) latest = entry.at;
      return { entry, place: latest };
    });
  });
  return placed.sort((one, other) => one.place.localeCompare(other.place)).map(({ entry }) => entry);
}

/** Each is of the phase that was the VM's last when it began. */
function withPhases(entries: readonly Omit<TimelineEntry, 'phase'>[]): TimelineEntry[] {
  let phase: string | null = null;
  return entries.map((entry) => {
    if (entry.kind === 'phase') phase = entry.what;
    return { ...entry, phase };
  });
}

/** Index by device key. */
function disksOf({ history }: RecordedHistory): ReadonlyMap<number, number> {
  const vm = valueOf(startOf(history)?.input?.payloads?.[0]) as { disks?: unknown } | undefined;
  const disks = Array.isArray(vm?.disks) ? (vm.disks as Partial<FrozenDisk>[]) : [];
  return new Map(disks.map(({ key, index }) => [Number(key), Number(index)]));
}

function diskOf(child: string | null, disks: ReadonlyMap<number, number>): number | null {
  const key = child === null ? undefined : readDiskId(child)?.diskKey;
  return key === undefined ? null : (disks.get(key) ?? null);
}
