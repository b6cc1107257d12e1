/** The source as it is compared with what an earlier run has copied from it. */
import type { SourceNow } from '../../plan/adoption';
import { fileOf } from '../../plan/copy-evidence';
import type { FrozenVm } from '../../plan/frozen';
import { sharersOf } from '../../plan/sharers';
import { failure } from '../failure';
import { readVm } from './inventory';
import { readLastPowerOn, readPowers } from './power';
import type { Vim } from './session';

/** @throws SourceVmMissing */
export async function readSourceNow(vim: Vim, frozen: FrozenVm): Promise<SourceNow> {
  const { moref, name, inventoryPath } = frozen.vm;
  const sharers = sharersOf(frozen);
  // The events first: a power-on between the two readings shows in the power state.
  const lastPowerOn = await readLastPowerOn(vim, moref);
  const live = await readVm(vim, { moref, inventoryPath });
  if (live === null)
    throw failure('SourceVmMissing', `vCenter no longer knows ${name} (${moref}), or can't read it`);
  const morefs = sharers.map((sharer) => sharer.moref);
  return {
    ...(morefs.length > 0 && { sharers: await readPowers(vim, morefs) }),
    instanceUuid: live.instanceUuid,
    power: { ...live.power, lastPowerOn },
    disks: live.disks.map(({ key, uuid, datastore, currentPath, capacityBytes, changeId = null }) => ({
      key,
      serial: uuid,
      file: fileOf({ datastore: datastore.name, datastoreId: datastore.moref, currentPath }),
      capacityBytes,
      changeId,
    })),
  };
}
