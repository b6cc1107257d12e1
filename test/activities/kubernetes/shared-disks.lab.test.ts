/** Two VMs that have a disk together, at a real API server: one copies it, the other one attaches its volume. */
import { FINISHED_BY } from '../../../plan/earlier';
import type { CopyMethod, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { VIRTUAL_MACHINES, VOLUME_CLAIMS } from '../../../activities/kubernetes/api/kinds';
import { NOT_CONVERTED } from '../../../workflows/migrate-vm/state';
import { eventually } from '../../support/eventually';
import { evidenceOf, finishedVolume, share } from '../../support/shared-disks';
import { dropNamespace, freshNamespace, useCluster } from '../../support/lab';
import { exampleManifests, openTarget, type Target } from './target';

/** A class of the lab whose volumes are devices that several nodes may use. */
const SHARED_CLASS = 'fast-block';
const PLUGIN: CopyMethod = { kind: 'plugin', image: 'lab.drover.dev/offload-plugin:1', vars: {} };
const COPY = 'copy-1';
const NO_CONNECTION = { vcenterUrl: '', vcenterThumbprint: '', hostUrl: '', hostThumbprint: null };

let target: Target;
/** Of its own: other tests have what these VMs' migrations make in the example's namespace. */
let namespace: string;
beforeAll(async () => {
  target = openTarget();
  namespace = await freshNamespace(useCluster(), { restricted: true });
});
afterAll(async () => {
  await dropNamespace(useCluster(), namespace);
  await target.close();
});

/** With empty volumes: what is copied into them is not the point here. */
async function frozen(name: string): Promise<FrozenVm> {
  const manifests = exampleManifests('plan.yaml', namespace);
  const page = await target.run(target.activities.main.resolvePlan, { manifests, only: [name], offset: 0 });
  expect(page.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const vm = page.vms[0]!;
  const disks = vm.disks
    .slice(0, 1)
    .map((disk) => ({ ...disk, method: PLUGIN, storageClass: SHARED_CLASS, volumeMode: 'Block' as const }));
  return { ...vm, disks, conversion: null, startTarget: true };
}

const claimOf = ({ namespace }: FrozenVm, name: string) =>
  target.admin.find(VOLUME_CLAIMS, { name, namespace });
const machineRef = ({ namespace, targetName: name }: FrozenVm) => ({ namespace, name });

async function bind(vm: FrozenVm): Promise<void> {
  const { waits } = target.activities;
  // Only imports are told how vCenter is reached.
  await target.run(waits.bindVolumes, vm, NO_CONNECTION);
  await target.run(waits.releaseVolumes, vm, []);
}

const markersOf = ({ disks }: FrozenVm) =>
  disks.map(({ volumeName }) => ({ volumeName, marker: { state: 'copied' as const, copyId: COPY } }));

/** Everything up to its VirtualMachine, halted. */
async function makeOwner(owner: FrozenVm): Promise<void> {
  const { main } = target.activities;
  await bind(owner);
  const [volume] = markersOf(owner);
  // The claim's own uid takes the place of this one.
  const evidence = evidenceOf(owner, 'unknown');
  await target.run(main.markVolume, { vm: vmRef(owner), ...volume!, again: false, evidence });
  await target.run(main.createMachine, owner, NOT_CONVERTED, markersOf(owner));
}

test('a volume is attached when its owner has finished, outlives each VirtualMachine alone, and keeps its owner from going back', async () => {
  const { main, waits } = target.activities;
  const [owner, vm] = [await frozen('archive'), await frozen('db01')];
  share(owner, vm);
  const { volumeName } = owner.disks[0]!;

  await makeOwner(owner);
  const tooEarly = target.run(waits.awaitSharedDisks, vm, 1);
  await expect(tooEarly).rejects.toMatchObject({
    type: 'SharedDiskNotReady',
    message: expect.stringContaining(`VM "${owner.vm.name}"`) as string,
  });
  await target.run(main.tidy, vmRef(owner), null);

  const attached = await target.run(waits.awaitSharedDisks, vm, 60);
  const claim = await claimOf(owner, volumeName);
  expect(claim?.metadata?.labels?.['shareable']).toBe('true');
  expect(attached).toEqual([
    {
      ...finishedVolume(owner),
      uid: claim?.metadata?.uid,
      copyId: COPY,
      users: expect.any(Array) as unknown,
    },
  ]);
  expect(attached[0]!.users.map(({ moref }) => moref)).toEqual([owner.vm.moref, vm.vm.moref]);

  await bind(vm);
  const [own] = markersOf(vm);
  await target.run(main.markVolume, { vm: vmRef(vm), ...own!, again: false });
  const make = (volumes: typeof attached) =>
    target.run(main.createMachine, vm, NOT_CONVERTED, markersOf(vm), volumes);
  await expect(make([{ ...attached[0]!, uid: 'another' }])).rejects.toMatchObject({
    type: 'SharedDiskChanged',
  });

  // While the owner is rolled back nobody attaches its volume; a rollback that is given up opens it again.
  const ownersMachine = await target.admin.get(VIRTUAL_MACHINES, machineRef(owner));
  const rolledBack = { vm: vmRef(owner), uid: ownersMachine.metadata?.uid ?? '' };
  await target.run(main.stopTarget, rolledBack);
  await expect(make(attached)).rejects.toMatchObject({
    type: 'SharedDiskChanged',
    message: expect.stringContaining('is rolled back') as string,
  });
  expect(await target.run(main.resumeTarget, rolledBack, 'Halted')).toBeNull();

  await make(attached);
  await make(attached);
  const machines = await Promise.all(
    [owner, vm].map((one) => target.admin.get(VIRTUAL_MACHINES, machineRef(one))),
  );
  const owners = async () =>
    ((await claimOf(owner, volumeName))?.metadata?.ownerReferences ?? []).map(({ uid, controller }) => ({
      uid,
      controller,
    }));
  expect(await owners()).toEqual([
    { uid: machines[0]!.metadata?.uid, controller: true },
    { uid: machines[1]!.metadata?.uid },
  ]);

  for (const one of [owner, vm]) {
    await target.run(main.startMachine, vmRef(one));
    await target.run(waits.awaitMachineRunning, vmRef(one), 150);
  }

  const uid = machines[0]!.metadata?.uid ?? '';
  const runId = machines[0]!.metadata?.annotations?.[FINISHED_BY] ?? '';
  expect(await target.run(main.lookAtTarget, vmRef(owner), runId)).toMatchObject({ usedBy: [vm.targetName] });
  await expect(target.run(main.deleteTarget, { vm: vmRef(owner), uid })).rejects.toMatchObject({
    type: 'TargetShared',
    message: expect.stringContaining(vm.targetName) as string,
  });

  await expect(
    target.run(waits.discardVolume, { vm: vmRef(owner), disk: owner.disks[0]! }),
  ).rejects.toMatchObject({ type: 'TargetShared' });

  // Its own volume goes with the VM that attached the other one; that one stays.
  await target.run(waits.removeMachine, vmRef(vm));
  expect(await owners()).toEqual([{ uid, controller: true }]);
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  expect(await claimOf(vm, vm.disks[0]!.volumeName)).toBeNull();
  expect(await claimOf(owner, volumeName)).not.toBeNull();

  await target.run(main.stopTarget, { vm: vmRef(owner), uid });
  expect(await target.run(main.deleteTarget, { vm: vmRef(owner), uid })).toEqual([]);
  await eventually(async () => (await claimOf(owner, volumeName)) === null);
});
