/** VMs that have a disk together: one migration copies it, and the targets of the others attach its volume. */
import { VIRTUAL_MACHINES, VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import type { VmSpec } from '../../lab/vcenter-spec';
import { killWorkerProcess } from '../../lab/worker-process';
import { entered } from './phase-entered';
import { plan, planFile, TARGET_NAMESPACE, vm, type VmOptions } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const SIZE_MIB = 16;
const EQUAL = { equal: true, bytes: SIZE_MIB * 1024 * 1024 };

/** Its second disk may have several writers. */
function owner(name: string): VmSpec {
  const { disks, ...spec } = vm(name, ['files', 'block'], { sizeMiB: SIZE_MIB, powerState: 'poweredOff' });
  return { ...spec, disks: disks.map((disk, index) => ({ ...disk, shared: index === 1 })) };
}

const member = (name: string, powerState: VmOptions['powerState']) =>
  vm(name, ['files'], { sizeMiB: SIZE_MIB, powerState });

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([
    owner('node-1'),
    member('node-2', 'poweredOff'),
    owner('node-3'),
    member('node-4', 'poweredOn'),
  ]);
  for (const [name, path] of [
    ['node-2', '[ssd-1] node-1/node-1_1.vmdk'],
    ['node-4', '[ssd-1] node-3/node-3_1.vmdk'],
  ] as const)
    await stage.source.shareDisk(await stage.source.moref(name), { path, sizeMiB: SIZE_MIB });
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** The VM that attaches the disk comes first in the plan. */
function pair(copies: string, attaches: string) {
  return plan(stage.whole.lab.state, [copies], {
    name: `pair-${copies}`,
    skipConversion: true,
    spec: {
      targetPowerState: 'on',
      vms: [{ name: attaches, migrateSharedDisks: false }, { name: copies }],
    },
  });
}

/** How the target has this claim, and whether it runs. */
async function attachment(machine: string, claim: string) {
  const found = await stage.admin.get(VIRTUAL_MACHINES, { name: machine, namespace: TARGET_NAMESPACE });
  const { domain, volumes = [] } = found.spec.template.spec ?? {};
  const volume = volumes.find(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);
  const disk = domain?.devices.disks?.find(({ name }) => name === volume?.name);
  return {
    status: found.status?.printableStatus,
    ...(disk !== undefined && { shareable: disk.shareable, cache: disk.cache }),
  };
}

async function killWorker(): Promise<void> {
  const { whole } = stage;
  if (whole.worker === null) throw new Error('there is no worker to kill');
  await killWorkerProcess(whole.worker);
  await whole.startWorker();
}

test('one VM copies the disk, and both targets run with its volume, also if the worker dies as one waits for it', async () => {
  const manifests = pair('node-1', 'node-2');
  const checked = await stage.whole.run('plan', 'check', '-f', planFile(stage.whole.lab.state, manifests));
  expect(checked.code).toBe(0);
  expect(checked.stdout).toMatch(/node-2 .*node-1_1\.vmdk .* attached: node-1 copies it/);

  const { wave, vm: named } = await stage.start(manifests);
  await entered(stage.whole.temporal, named('node-2').workflowId, 'await-shared-disks');
  await killWorker();

  await stage.succeeded(wave);

  const copied = await stage.result(named('node-1'));
  expect(await stage.verdicts(copied)).toEqual([EQUAL, EQUAL]);
  const attached = await stage.result(named('node-2'));
  expect(await stage.verdicts(attached)).toEqual([EQUAL]);
  const claim = copied.disks[1]!.volumeName;
  for (const machine of ['node-1', 'node-2'])
    expect(await attachment(machine, claim)).toEqual({ status: 'Running', shareable: true, cache: 'none' });

  const { items } = await stage.admin.list(VOLUME_CLAIMS, { namespace: TARGET_NAMESPACE });
  expect(items.map(({ metadata }) => metadata?.name).sort()).toEqual(
    [...copied.disks, ...attached.disks].map(({ volumeName }) => volumeName).sort(),
  );
  const shared = items.find(({ metadata }) => metadata?.name === claim);
  expect(shared?.spec).toMatchObject({ volumeMode: 'Block', accessModes: ['ReadWriteMany'] });
  const owners = shared?.metadata?.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`);
  expect(owners?.sort()).toEqual(['VirtualMachine node-1', 'VirtualMachine node-2']);
  for (const name of ['node-1', 'node-2'])
    expect((await stage.source.power(named(name).moref)).state).toBe('poweredOff');
});

test('a VM that has the disk and is on refuses the plan, and nothing is made', async () => {
  const file = planFile(stage.whole.lab.state, pair('node-3', 'node-4'));
  const before = await stage.contents();

  const checked = await stage.whole.run('plan', 'check', '-f', file);
  const migrated = await stage.whole.run('migrate', '-f', file, '--watch');

  expect(checked.code).toBe(2);
  const said = checked.stdout + checked.stderr;
  expect(said).toContain('all VMs that have it must be off, and "node-4" is on');
  expect(said).toContain('shut these VMs down, and leave them off until their migrations have ended');
  expect(migrated.code).not.toBe(0);
  expect(await stage.contents()).toEqual(before);
});
