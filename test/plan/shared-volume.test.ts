import type { AttachedDisk } from '../../plan/frozen';
import { judgeSharedVolume, type SharedVolume } from '../../plan/shared-volume';
import { evidenceOf, offVm, share, sharerOf } from '../support/shared-disks';

const [owner, vm, third] = [offVm(), offVm(), offVm()] as const;
share(owner, vm, third);
const disk = vm.attached![0]!;
const self = { self: vm.vm.moref, vcenterUuid: vm.vcenterUuid };

/** As the owner's migration leaves it. */
function finished(change: Partial<SharedVolume> = {}): SharedVolume {
  return {
    uid: 'uid-1',
    vcenterUuid: vm.vcenterUuid,
    moref: owner.vm.moref,
    isGoing: false,
    isBound: true,
    volumeMode: 'Block',
    accessModes: ['ReadWriteMany'],
    capacityBytes: disk.capacityBytes,
    copyId: 'copy-1',
    evidence: evidenceOf(owner, 'uid-1'),
    isFinished: true,
    isMachineFinished: true,
    ...change,
  };
}

const judge = (volume: SharedVolume | null, of: AttachedDisk = disk) => judgeSharedVolume(of, volume, self);

test('a finished volume may be attached', () => {
  expect(judge(finished())).toEqual({ evidence: evidenceOf(owner, 'uid-1'), copyId: 'copy-1' });
});

test.each<[string, SharedVolume | null, string]>([
  ['there is no claim', null, 'has not made claim'],
  ['the claim has no note that its migration finished', finished({ isFinished: false }), 'has not finished'],
  ['its VirtualMachine is gone, or has no note', finished({ isMachineFinished: false }), 'has not finished'],
  ['the claim is being removed', finished({ isGoing: true }), 'is being removed'],
  ['the claim is not bound', finished({ isBound: false }), 'has not finished'],
])('while %s, the VM waits', (_, volume, why) => {
  expect(judge(volume)).toEqual({ waits: expect.stringContaining(why) });
});

const evidence = evidenceOf(owner, 'uid-1');

test.each<[string, Partial<SharedVolume>, string]>([
  ['is labelled for another VM', { moref: 'vm-other' }, `is not of VM "${owner.vm.name}"`],
  ['is labelled for another vCenter', { vcenterUuid: 'other' }, `is not of VM "${owner.vm.name}"`],
  ['is of files', { volumeMode: 'Filesystem' }, 'is of mode Filesystem, not Block'],
  ['is for one node', { accessModes: ['ReadWriteOnce'] }, 'ReadWriteOnce), not ReadWriteMany'],
  ['is too small', { capacityBytes: disk.capacityBytes - 1 }, 'and the disk has'],
  ['does not name its copy', { copyId: null }, 'does not say what it was copied from'],
  ['has no evidence', { evidence: null }, 'does not say what it was copied from'],
  ['has evidence that is no JSON', { evidence: 'unreadable' }, 'can not be read'],
  ['was made anew', { uid: 'uid-2' }, 'was made anew'],
  [
    'was copied from another disk',
    { evidence: { ...evidence, disk: { ...evidence.disk, file: 'san other.vmdk' } } },
    'was copied from another disk (san other.vmdk)',
  ],
  [
    'says nothing of other VMs',
    { evidence: { ...evidence, sharers: undefined } },
    `does not say that VM "this one" (${vm.vm.moref}) was off`,
  ],
  [
    'says nothing of the third VM',
    { evidence: { ...evidence, sharers: evidence.sharers!.slice(0, 1) } },
    `does not say that VM "${sharerOf(third).name}"`,
  ],
])('a claim that %s is never attached', (_, change, why) => {
  expect(judge(finished(change))).toEqual({ unfit: expect.stringContaining(why) });
});
