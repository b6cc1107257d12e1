/**
 * What a migration remembers otherwise after its frozen VM was changed, so that its retry makes again what no longer fits. Pure;
 * `at` is ISO 8601.
 */
import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import type { OperatorRequest } from '../temporal-api';
import { diskVoided, type Migration } from './state';
import { volumeGone } from './void-copies';

/** @param changed the VM of the migration, with other settings */
export function takeChanges(
  migration: Migration,
  changed: FrozenVm,
  word: OperatorRequest & { at: string },
): void {
  const { vm: former, memory } = migration;
  migration.vm = changed;
  const pairs = changed.disks.map((disk, place) => [former.disks[place]!, disk] as const);
  const renewed = pairs.filter(([before, after]) => needsNewVolume(migration, before, after));
  // While the binder stands, it uses the volumes, and none of them could be removed.
  if (renewed.length > 0 && memory.made.volumes && !memory.released) memory.freesBinder = true;
  for (const [before] of renewed) abandon(migration, before);
  for (const [before, after] of pairs) showMethod(migration, before, { after, word });
  takeConversion(migration, former, changed);
}

/**
 * Not only where the volume itself is to be another one. A plugin that has begun may have left a task in its array, and
 * another plugin would not find that task: it goes on writing to the volume that it had.
 */
function needsNewVolume({ memory }: Migration, before: FrozenDisk, after: FrozenDisk): boolean {
  const isMoved =
    before.storageClass !== after.storageClass ||
    before.volumeMode !== after.volumeMode ||
    before.accessMode !== after.accessMode;
  if (isMoved || before.method.kind !== after.method.kind) return true;
  return memory.fillings.has(after.key) && JSON.stringify(before.method) !== JSON.stringify(after.method);
}

/** As its copier knew it: its end is proven before its volume is removed. */
function abandon(migration: Migration, before: FrozenDisk): void {
  const { state, memory } = migration;
  const disk = state.disks.find(({ key }) => key === before.key);
  if (disk !== undefined) diskVoided(disk);
  if (!memory.made.volumes) return;
  if (!memory.abandoned.has(before.key)) memory.abandoned.set(before.key, before);
  volumeGone(migration, before.key);
}

function showMethod(
  { state }: Migration,
  before: FrozenDisk,
  { after, word: { who, why, at } }: { after: FrozenDisk; word: OperatorRequest & { at: string } },
): void {
  const disk = state.disks.find(({ key }) => key === after.key);
  if (disk === undefined || before.method.kind !== 'plugin' || after.method.kind !== 'import') return;
  disk.method = 'import';
  disk.fellBack = { from: before.method.image, at, kind: null, message: `${who}: ${why}` };
}

/** A scratch volume that no longer fits is removed, and with it what a conversion has written so far. */
function takeConversion({ memory }: Migration, before: FrozenVm, after: FrozenVm): void {
  const [former, next] = [before.conversion, after.conversion];
  const isResized = former?.scratch.requestBytes !== next?.scratch.requestBytes;
  // What one image has begun, another does not carry on.
  const isBegun = former?.image !== next?.image && memory.converting !== null;
  if (!memory.made.volumes || !(isResized || isBegun)) return;
  memory.scratchOutgrown = true;
  memory.converting = null;
  if (!memory.done.has('volumes') && !memory.released) memory.freesBinder = true;
}
