/**
 * The server at which importers read the VM's disks: where a plan has Hosts, that is the ESXi host on which the VM is. A DataVolume
 * names it for good. So if the VM has moved, the volumes of imports that have not begun are made again.
 */
import { settleAll } from '../../plan/settle-all';
import type { SourceConnection } from '../../activities/interfaces';
import type { FrozenDisk } from '../../plan/frozen';
import { cleanUp } from '../activity-proxies';
import { copyDisks } from './copies';
import { backToWindow } from './cutover';
import { checkSource, stopSource } from './source';
import type { Migration } from './state';
import { undo } from './void-copies';

/** How importers reach the source now; a VM without Hosts is not asked for again. */
export async function connectionForImports(migration: Migration): Promise<SourceConnection> {
  const { memory, vm } = migration;
  const known = vm.source.hosts === undefined ? memory.connection : null;
  return known ?? (await checkSource(migration)).connection;
}

/** Whether imports that are yet to be made or to begin would read at a server that the VM has left. */
async function hasMoved(migration: Migration): Promise<boolean> {
  const { memory, vm } = migration;
  if (vm.source.hosts === undefined || uncopiedImports(migration).length === 0) return false;
  const { connection } = await checkSource(migration);
  return memory.importHost !== undefined && memory.importHost !== hostOf(connection);
}

/** A source that is not stopped yet runs on while its volumes are made again. */
export async function stopWhereItIs(migration: Migration): Promise<void> {
  if (!(await hasMoved(migration))) return stopSource(migration);
  undo(migration.memory, 'volumes');
  backToWindow(migration);
}

/** A source that is off may have been moved, too. */
export async function copyFromWhereItIs(migration: Migration): Promise<void> {
  if (!(await hasMoved(migration))) return copyDisks(migration);
  undo(migration.memory, 'volumes');
}

/**
 * Removes volumes of imports that name a server which the VM has left.
 * @param free takes the binder away, which uses them
 */
export async function discardMoved(
  migration: Migration,
  connection: SourceConnection,
  free: () => Promise<void>,
): Promise<void> {
  const { memory, ref, vm } = migration;
  if (vm.source.hosts === undefined) return;
  const { importHost: before } = memory;
  const host = hostOf(connection);
  if (before !== undefined && before !== host) {
    if (!memory.released) await free();
    await settleAll(uncopiedImports(migration).map((disk) => cleanUp.discardVolume({ vm: ref, disk })));
    memory.released = false;
  }
  memory.importHost = host;
}

function uncopiedImports({ vm, state }: Migration): FrozenDisk[] {
  const copied = new Set(state.disks.filter(({ phase }) => phase === 'copied').map(({ key }) => key));
  return vm.disks.filter(({ key, method }) => method.kind === 'import' && !copied.has(key));
}

function hostOf({ importHost }: SourceConnection): string | null {
  return importHost ?? null;
}
