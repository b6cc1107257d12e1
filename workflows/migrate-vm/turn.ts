/** The phase `await-turn`: a source is not stopped before a disk of it may be copied. */
import { condition } from '@temporalio/workflow';
import type { Want } from '../transfer-slots/decide';
import { backToWindow, untilClosed } from './cutover';
import { holdsAny, outOfDate } from './slot-talk';
import { turnOver } from './slots';
import { checkSource } from './source';
import type { Migration } from './state';
import { wantOfDisk } from './wants';

/** After such a wait the source may no longer be what it was: it is looked at again before it is stopped. */
const LONG_WAIT_SECONDS = 60;

/**
 * Waits for its turn, and again where the VM has moved to another host meanwhile. Where the cutover window closes first, the
 * migration waits for the next one.
 */
export async function awaitTurn(migration: Migration): Promise<void> {
  for (;;) {
    const since = Date.now();
    if (!(await awaitAnyDisk(migration, untilClosed(migration)))) return backToWindow(migration);
    if (Date.now() - since < LONG_WAIT_SECONDS * 1000) return;
    await checkSource(migration);
    const next = await wantsOfDisks(migration);
    const done = outOfDate(migration, next);
    if (done.length === 0) return;
    turnOver(migration, { done, next });
  }
}

/**
 * Asks for the slots of all disks that are yet to be copied, if there are any, and waits until one of them may be.
 * @param most milliseconds; absent: as long as it takes
 * @returns false where it took longer than that
 */
export async function awaitAnyDisk(migration: Migration, most?: number): Promise<boolean> {
  const next = await wantsOfDisks(migration);
  if (next.length === 0) return true;
  turnOver(migration, { next });
  if (most !== undefined) return condition(() => holdsAny(migration), most);
  await condition(() => holdsAny(migration));
  return true;
}

async function wantsOfDisks(migration: Migration): Promise<Want[]> {
  const connection = migration.memory.connection ?? (await checkSource(migration)).connection;
  const { vm, state } = migration;
  const copied = new Set(state.disks.filter(({ phase }) => phase === 'copied').map(({ key }) => key));
  return vm.disks.filter(({ key }) => !copied.has(key)).map((disk) => wantOfDisk(vm, disk, connection));
}
