/** Frozen VMs that have a disk together: one copies it, the others attach its volume. */
import type { AttachedVolume } from '../../activities/interfaces';
import { type OffEvidence, type VolumeEvidence, fileOf } from '../../plan/copy-evidence';
import type { AttachedDisk, DiskSharer, FrozenVm } from '../../plan/frozen';
import { frozenVm, type FrozenVmSketch } from './frozen-vm';

/** A time at which every VM was started before anybody looked. */
export const LONG_AGO = '2025-12-31T08:00:00.000Z';
export const SEEN_OFF: OffEvidence = { bootTime: null, lastPowerOn: LONG_AGO };

export const sharerOf = ({ vm: { moref, name } }: FrozenVm): DiskSharer => ({ moref, name });

/** All of them are off, as they are where a plan lets them pass. */
export const offVm = (sketch: FrozenVmSketch = {}): FrozenVm =>
  frozenVm({ poweredOn: false, startTarget: true, convert: false, ...sketch });

/** The last disk of the first VM becomes that of all others, too. Their own disks stay theirs. */
export function share(owner: FrozenVm, ...others: FrozenVm[]): void {
  const disk = owner.disks.at(-1)!;
  Object.assign(disk, { accessMode: 'ReadWriteMany', sharedWith: others.map(sharerOf) });
  const all = [owner, ...others];
  for (const vm of others) {
    const { basePath, bus, capacityBytes, currentPath, serial, storageClass, volumeName } = disk;
    const { datastore, datastoreId } = disk;
    const attached: AttachedDisk = {
      ...{ basePath, bus, capacityBytes, currentPath, serial, storageClass, volumeName },
      ...{ datastore, datastoreId },
      key: 2100,
      index: vm.disks.length,
      owner: sharerOf(owner),
      sharedWith: all.filter((one) => one !== vm).map(sharerOf),
    };
    vm.attached = [attached];
  }
}

/** What the owner's migration writes on the claim. */
export function evidenceOf(owner: FrozenVm, claimUid: string): VolumeEvidence {
  const { key, serial, capacityBytes, sharedWith = [], ...disk } = owner.disks.at(-1)!;
  return {
    claimUid,
    instanceUuid: owner.vm.instanceUuid,
    disk: { key, serial, capacityBytes, file: fileOf(disk), changeId: null },
    off: SEEN_OFF,
    source: { ranAtStart: false, stoppedByUs: false, stoppedAt: null },
    sharers: sharedWith.map(({ moref }) => ({ moref, off: SEEN_OFF })),
  };
}

/** The owner's volume as it is when the owner has finished. */
export function finishedVolume(owner: FrozenVm): AttachedVolume {
  const { volumeName, sharedWith = [] } = owner.disks.at(-1)!;
  const users = [sharerOf(owner), ...sharedWith].map(({ moref }) => ({ moref, off: SEEN_OFF }));
  return { volumeName, uid: 'uid-of-the-claim', copyId: 'copy-1', users };
}
