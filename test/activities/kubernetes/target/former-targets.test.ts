import { formerTargets } from '../../../../activities/kubernetes/target/former-targets';
import type { VirtualMachine, VolumeClaim } from '../../../../activities/kubernetes/api/kinds';
import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import { volumeClaim } from '../../../../activities/kubernetes/objects/volume-claim';
import { vmRef } from '../../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';
import { CONVERSION } from '../../../support/fake-activities';
import { offVm, share } from '../../../support/shared-disks';

const VM = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
const NOTE = { 'drover.dev/migrated-at': '2026-03-01T10:00:00Z' };

function machine(annotations = {}, runStrategy = 'Halted'): VirtualMachine {
  const made = virtualMachine(VM, CONVERSION);
  return {
    ...made,
    metadata: {
      ...made.metadata,
      uid: 'machine',
      annotations: { ...made.metadata?.annotations, ...annotations },
    },
    spec: { ...made.spec, runStrategy },
  };
}

function claims(state: string | null, { owner = 'machine', more = {} } = {}): VolumeClaim[] {
  return VM.disks.map((disk) => {
    const made = volumeClaim(vmRef(VM), disk);
    const annotations = {
      ...made.metadata?.annotations,
      ...(state && { 'drover.dev/volume-state': state }),
      ...more,
    };
    const reference = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'x', uid: owner };
    return {
      ...made,
      metadata: { ...made.metadata, annotations, ...(owner !== '' && { ownerReferences: [reference] }) },
    };
  });
}

function standings(machines: VirtualMachine[], its: VolumeClaim[]): string[] {
  return formerTargets({ machines, claims: its }).map(({ standing }) => standing);
}

test('a machine with the note is finished, and says when, of whom and by which plan', () => {
  expect(formerTargets({ machines: [machine(NOTE)], claims: claims('converted') })).toEqual([
    {
      vcenterUuid: VM.vcenterUuid,
      moref: VM.vm.moref,
      plan: VM.plan,
      namespace: VM.namespace,
      machine: VM.targetName,
      instanceUuid: VM.vm.instanceUuid,
      sourceName: VM.vm.name,
      standing: 'finished',
      finishedAt: '2026-03-01T10:00:00.000Z',
      volumes: VM.disks.map(({ volumeName }) => volumeName),
      missingVolumes: [],
    },
  ]);
});

test('it stays so when its owner took a disk away, and a note that is no time says none', () => {
  const [first] = claims('converted');
  const [former] = formerTargets({
    machines: [machine({ 'drover.dev/migrated-at': 'yes' })],
    claims: [first!],
  });
  expect(former).toMatchObject({
    standing: 'finished',
    finishedAt: null,
    missingVolumes: [VM.disks[1]!.volumeName],
  });
});

test.each([
  ['all of its disks converted', machine(), claims('converted'), ['whole']],
  ['all of its disks copied', machine(), claims('copied'), ['whole']],
  ['a guest that runs, whatever its disks say', machine({}, 'Always'), claims('converting'), ['whole']],
  ['a disk that may be half converted', machine(), claims('converting'), ['parts']],
])('without the note, a machine with %s', (_, its, disks, expected) => {
  expect(standings([its], disks)).toEqual(expected);
});

test('a machine that was made and given no disk yet is a part, and so are its disks', () => {
  expect(standings([machine()], claims('copied', { owner: '' }))).toEqual(['parts', 'parts']);
});

test.each([
  ['converted', claims('converted', { owner: '' }), 'disks'],
  ['copied and owned by a machine that is gone', claims('copied', { owner: 'gone' }), 'disks'],
  ['copied, unowned and noted to be finished', claims('copied', { owner: '', more: NOTE }), 'disks'],
  ['copied alone', claims('copied', { owner: '' }), 'parts'],
  ['without a word', claims(null, { owner: '' }), 'parts'],
])('disks whose machine is gone: %s', (_, its, expected) => {
  expect(standings([], its)).toEqual([expected]);
});

test('what is being removed, and what lacks a label of ours, is not counted', () => {
  const going = machine(NOTE);
  going.metadata!.deletionTimestamp = '2026-03-01T10:00:00Z';
  const stripped = machine(NOTE);
  stripped.metadata!.labels = {};
  expect(standings([going, stripped], [])).toEqual([]);
});

test('a target that attaches a disk of another VM is whole with the disks of its own', () => {
  const [owner, vm] = [offVm(), offVm()];
  share(owner, vm);
  const made = virtualMachine(vm, CONVERSION);
  const reference = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'x', uid: 'machine' };
  const claim = volumeClaim(vmRef(vm), vm.disks[0]!);
  const annotations = { ...claim.metadata?.annotations, 'drover.dev/volume-state': 'copied' };
  const [former] = formerTargets({
    machines: [{ ...made, metadata: { ...made.metadata, uid: 'machine' } }],
    claims: [{ ...claim, metadata: { ...claim.metadata, annotations, ownerReferences: [reference] } }],
  });
  expect(former).toMatchObject({ standing: 'whole', missingVolumes: [] });
});
