import type { OffEvidence } from '../../../plan/copy-evidence';
import { IMAGES, USE } from '../../../plan/consent';
import type { FrozenVm } from '../../../plan/frozen';
import { offEvidence } from '../../../plan/off-proof';
import { vmRef } from '../../../plan/vm-ref';
import {
  type ApiObject,
  CONFIG_MAPS,
  DATA_VOLUMES,
  JOBS,
  type Kind,
  PODS,
  SECRETS,
  SERVICE_ACCOUNTS,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../../../activities/kubernetes/api/kinds';
import { ownedBy } from '../../../activities/kubernetes/api/ownership';
import { authorityName, vddkConfigName } from '../../../plan/names';
import { AIO_BUFFERS } from '../../../plan/vddk-config';
import { exampleManifests, openTarget, type Target } from './target';
import { eventually } from '../../support/eventually';
import { useLab } from '../../support/lab';

let target: Target;

const ACCOUNT = { namespace: 'migrated', name: 'movers' };

beforeAll(async () => {
  target = openTarget();
  await target.admin.create(SERVICE_ACCOUNTS, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      ...ACCOUNT,
      labels: { [USE]: 'migration' },
      annotations: { [IMAGES]: `${useLab().registry}/*` },
    },
  });
});

afterAll(async () => {
  await target.admin.delete(SERVICE_ACCOUNTS, ACCOUNT);
  await target.close();
});

/** A VM of the example's plan, whose Pods run as an account that its owner lends. */
async function frozen(name: string): Promise<FrozenVm> {
  const { main } = target.activities;
  const manifests = exampleManifests('plan.yaml').map((document) =>
    document.kind === 'Plan'
      ? { ...document, spec: { ...(document.spec as object), serviceAccount: ACCOUNT.name } }
      : document,
  );
  const page = await target.run(main.resolvePlan, { manifests, only: [name], offset: 0 });
  expect(page.problems).toEqual([]);
  const [vm] = page.vms;
  if (vm === undefined) throw new Error(`${name} was not resolved`);
  // A lab may have been used before.
  expect(await target.run(target.activities.waits.removeEverything, vmRef(vm))).toEqual([]);
  return vm;
}

/** Each Pod of the VM that is there, and CDI's of its disks; two for each disk that is imported. */
async function expectAccount({ namespace, ...vm }: FrozenVm, among: string[]): Promise<void> {
  const importers = vm.disks.map(({ volumeName }) => `importer-${volumeName}`);
  const [ours, all] = [vmRef({ namespace, ...vm }), { namespace }];
  const found = await eventually(async () => {
    const own = (await target.admin.list(PODS, { ...all, labelSelector: ownedBy(ours) })).items;
    const every = (await target.admin.list(PODS, all)).items;
    const pods = [...own, ...every.filter(({ metadata }) => importers.includes(metadata?.name ?? ''))];
    const names = pods.map(({ metadata }) => metadata?.name ?? '');
    return among.every((part) => names.some((name) => name.includes(part))) ? pods : null;
  });
  const accounts = found.map(({ spec }) => spec?.serviceAccountName);
  expect(new Set(accounts)).toEqual(new Set([ACCOUNT.name]));
}

async function leftOf(vm: FrozenVm): Promise<string[]> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vmRef(vm)) };
  const kinds: Kind<ApiObject>[] = [
    PODS,
    JOBS,
    SECRETS,
    CONFIG_MAPS,
    DATA_VOLUMES,
    VOLUME_CLAIMS,
    VIRTUAL_MACHINES,
  ];
  const found = await Promise.all(
    kinds.map(async (kind) => (await target.admin.list(kind, where)).items.map(() => kind.kind)),
  );
  return found.flat();
}

/** What the VM's volumes say of themselves. */
async function states({ namespace, disks }: FrozenVm): Promise<(string | undefined)[]> {
  const claims = disks.map(({ volumeName }) =>
    target.admin.get(VOLUME_CLAIMS, { name: volumeName, namespace }),
  );
  return (await Promise.all(claims)).map(
    ({ metadata }) => metadata?.annotations?.['drover.dev/volume-state'],
  );
}

/** CDI is told by which authority it verifies vCenter: the Provider's own. */
async function expectVerifiedImports(vm: FrozenVm): Promise<void> {
  const { namespace } = vm;
  const labelSelector = ownedBy(vmRef(vm));
  const volumes = (await target.admin.list(DATA_VOLUMES, { namespace, labelSelector })).items;
  const named = volumes.map(({ spec }) => spec.source?.vddk as { certConfigMap?: string } | undefined);
  const name = authorityName(vm.baseName);
  expect(new Set(named.map((vddk) => vddk?.certConfigMap))).toEqual(new Set([name]));
  const login = await target.admin.get(SECRETS, vm.source.secret);
  const authority = Buffer.from(login.data?.['ca.crt'] ?? '', 'base64').toString('utf8');
  expect((await target.admin.get(CONFIG_MAPS, { name, namespace })).data).toEqual({ 'ca.pem': authority });
}

/** CDI's importers are given the options of the Provider. */
async function expectVddkOptions(vm: FrozenVm): Promise<void> {
  const { namespace } = vm;
  const { items } = await target.admin.list(DATA_VOLUMES, { namespace, labelSelector: ownedBy(vmRef(vm)) });
  const name = vddkConfigName(vm.baseName);
  expect(new Set(items.map(({ spec }) => spec.source?.vddk?.extraArgs))).toEqual(new Set([name]));
  const data = { 'vddk-config-file': AIO_BUFFERS };
  expect((await target.admin.get(CONFIG_MAPS, { name, namespace })).data).toEqual(data);
}

/** Pods go after their Jobs, by the garbage collector: one that kept our finalizer would stay for ever. */
async function expectTidied(vm: FrozenVm): Promise<void> {
  const kept = new Set(['PersistentVolumeClaim', 'VirtualMachine']);
  await eventually(async () => (await leftOf(vm)).every((kind) => kept.has(kind)));
}

async function phases(vm: FrozenVm): Promise<(string | undefined)[]> {
  const { items } = await target.admin.list(VOLUME_CLAIMS, {
    namespace: vm.namespace,
    labelSelector: ownedBy(vmRef(vm)),
  });
  return items.map(({ status }) => status?.phase);
}

/** Its migration was finished: every later run finds it done, and takes nothing of it away, come what may. */
async function expectLeftAlone(vm: FrozenVm): Promise<void> {
  const { main, waits } = target.activities;
  const before = await leftOf(vm);
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({
    type: 'AlreadyMigrated',
    message: expect.not.stringContaining('delete') as string,
  });
  const later = { workflowExecution: { workflowId: 'later', runId: 'later' } };
  await expect(target.runAs(later, waits.removeMachine, vmRef(vm))).rejects.toMatchObject({
    type: 'MachineNotStopped',
  });
  expect(await target.runAs(later, waits.removeEverything, vmRef(vm))).not.toEqual([]);
  expect((await leftOf(vm)).sort()).toEqual(before.sort());
}

/** Source and target never run together: the start itself looks at the source, whatever was true before. */
async function expectStartedOnlyWhileOff(vm: FrozenVm): Promise<void> {
  const { main } = target.activities;
  const source = { source: vm.source, moref: vm.vm.moref };
  const start = (off: OffEvidence) => target.run(main.startMachine, vmRef(vm), off);
  const before = offEvidence(await target.run(main.readPower, source));
  await target.run(main.powerOnSource, source);
  await expect(start(before)).rejects.toMatchObject({ type: 'SourceRanMeanwhile' });
  await target.run(main.powerOffSource, source);
  await expect(start(before)).rejects.toMatchObject({ type: 'SourceRanMeanwhile' });
  const ref = { name: vm.targetName, namespace: vm.namespace };
  expect((await target.admin.get(VIRTUAL_MACHINES, ref)).spec.runStrategy).toBe('Halted');
  await start(offEvidence(await target.run(main.readPower, source)));
}

test('a VM with disks copied both ways is moved, by Pods that run as the account of its plan, and nothing but the VM and its volumes stays', async () => {
  const { main, waits } = target.activities;
  const vm = await frozen('web01');
  vm.source = { ...vm.source, vddkConfig: AIO_BUFFERS };
  const ref = vmRef(vm);
  const source = { source: vm.source, moref: vm.vm.moref };

  const connection = await target.run(main.checkSource, vm);
  await target.run(main.checkTarget, vm);
  expect(await leftOf(vm)).toEqual([]);

  const bound = await target.run(waits.bindVolumes, vm, connection);
  expect(await target.run(waits.bindVolumes, vm, connection)).toBe(bound);
  expect(await phases(vm)).toEqual([...vm.disks, 'scratch'].map(() => 'Bound'));
  await expectAccount(vm, ['bind']);
  await expectVerifiedImports(vm);
  await expectVddkOptions(vm);
  await target.run(main.powerOffSource, source);
  await target.run(waits.releaseVolumes, vm, []);
  // They wait for their logins.
  await expectAccount(vm, ['importer']);

  for (const disk of vm.disks) {
    const request = { vm: ref, disk };
    if (disk.method.kind === 'import') {
      const report = await target.run(waits.awaitImport, {
        ...request,
        maxRestarts: 3,
        deadlineSeconds: 150,
      });
      expect(report.restarts).toBe(0);
    } else {
      const plugin = { ...request, attempt: 1, copyId: `${vm.baseName}-copy`, connection };
      await target.run(main.startPlugin, plugin);
      const report = await target.run(waits.awaitPlugin, { ...plugin, deadlineSeconds: 150 });
      expect(report.bytes).toBe(disk.capacityBytes);
    }
    await target.run(main.markVolume, {
      vm: ref,
      volumeName: disk.volumeName,
      marker: { state: 'copied', copyId: 'c-1' },
      again: false,
    });
  }

  // Copied disks without a machine are what a terminated workflow leaves: nobody can use them.
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({
    type: 'TargetLeftOver',
    message: expect.not.stringContaining('kubectl') as string,
  });

  const scratchUid = await target.run(main.startConversion, vm, {
    attempt: 1,
    conversionId: `${vm.baseName}-v1`,
    resume: false,
  });
  expect(scratchUid).toBe(bound);
  const conversion = await target.run(waits.awaitConversion, ref, 1, 150);
  expect(conversion.converted).toBe(true);
  await expectAccount(vm, ['copy', 'convert']);
  const held = (copyId: string) =>
    vm.disks.map(({ volumeName }) => ({ volumeName, marker: { state: 'converted' as const, copyId } }));
  await expect(target.run(main.createMachine, vm, conversion, held('c-2'))).rejects.toMatchObject({
    type: 'VolumeLost',
  });
  expect(await states(vm)).toEqual(vm.disks.map(() => 'copied'));
  await target.run(main.createMachine, vm, conversion, held('c-1'));
  await target.run(main.createMachine, vm, conversion, held('c-1'));
  expect(await states(vm)).toEqual(vm.disks.map(() => 'converted'));
  await expectStartedOnlyWhileOff(vm);
  await target.run(waits.awaitMachineRunning, ref, 150);
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({
    type: 'TargetUnclear',
    message: expect.not.stringContaining('delete') as string,
  });
  await target.run(main.tidy, ref, scratchUid);
  await expectTidied(vm);

  const machine = await target.admin.get(VIRTUAL_MACHINES, { name: vm.targetName, namespace: vm.namespace });
  const claims = await target.admin.list(VOLUME_CLAIMS, {
    namespace: vm.namespace,
    labelSelector: ownedBy(ref),
  });
  expect(claims.items).toHaveLength(vm.disks.length);
  for (const { metadata } of claims.items) {
    expect(metadata?.ownerReferences?.map(({ uid }) => uid)).toEqual([machine.metadata?.uid]);
  }
  expect(await states(vm)).toEqual(vm.disks.map(() => 'converted'));

  const [{ volumeName } = { volumeName: '' }] = vm.disks;
  const converting = (copyId: string) =>
    target.run(main.markVolume, {
      vm: ref,
      volumeName,
      marker: { state: 'converting', copyId },
      again: true,
    });
  await expect(converting('c-2')).rejects.toMatchObject({ type: 'VolumeLost' });
  await expect(converting('c-1')).resolves.toBeUndefined();

  await expectLeftAlone(vm);
  await expect(target.run(waits.removeMachine, ref)).resolves.toBeUndefined();
  expect(
    await target.admin.find(VIRTUAL_MACHINES, { name: vm.targetName, namespace: vm.namespace }),
  ).toBeNull();
  const kept = await target.admin.list(VOLUME_CLAIMS, {
    namespace: vm.namespace,
    labelSelector: ownedBy(ref),
  });
  expect(kept.items).toHaveLength(vm.disks.length);

  expect(await target.run(waits.removeEverything, ref)).toEqual([]);
  expect(await leftOf(vm)).toEqual([]);
  await target.run(main.powerOnSource, source);
});
