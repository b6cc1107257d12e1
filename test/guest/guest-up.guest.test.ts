/** The proof that a guest is up, and what its console says, of a guest that really runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuestProof } from '../../activities/interfaces';
import {
  type Pod,
  PODS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../../activities/kubernetes/api/kinds';
import { LAUNCHERS } from '../../activities/kubernetes/pods/launchers';
import { volumeClaim } from '../../activities/kubernetes/objects/volume-claim';
import { startLab, type RunningLab } from '../../lab/up';
import type { FrozenVm } from '../../plan/frozen';
import { vmRef } from '../../plan/vm-ref';
import { openTarget, type Target } from '../activities/kubernetes/target';
import { holder } from '../lab/standins/test-lab';
import { type GuestMode, installTinyGuest } from '../lab/standins/tiny-guest';
import { eventually } from '../support/eventually';
import { CONVERSION } from '../support/fake-activities';
import { frozenVm } from '../support/frozen-vm';
import { freshNamespace, useCluster, useLab } from '../support/lab';

/** The plug is pulled on a guest that does not hear its power button. */
const SOON_GONE = { spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } } };
const LAB_TIMEOUT_MS = 180_000;

let home: string;
let lab: RunningLab;
let target: Target;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'drover-guest-up-'));
  const dir = join(home, 'lab');
  lab = await startLab({ dir, log: () => undefined, lifetime: 'caller' });
  process.env.DROVER_LAB = dir;
  target = openTarget();
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await target.close();
  delete process.env.DROVER_LAB;
  await lab.stop();
  rmSync(home, { recursive: true, force: true });
}, LAB_TIMEOUT_MS);

/** A migrated VM with the guest on its only disk, started. */
async function started(mode: GuestMode): Promise<FrozenVm> {
  const verify = { by: 'console', pattern: 'guest up', timeoutSeconds: 60 } as const;
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  const vm = { ...frozenVm({ policy: { verify } }), namespace };
  vm.hardware.memoryMiB = 64;
  const [disk] = vm.disks;
  if (disk === undefined) throw new Error('the VM has no disk');
  await target.admin.create(VOLUME_CLAIMS, volumeClaim(vmRef(vm), disk));
  installTinyGuest(await bound(vm, disk.volumeName), mode);
  const { main, waits } = target.activities;
  await target.run(main.createMachine, vm, CONVERSION, []);
  await target.admin.patch(VIRTUAL_MACHINES, { name: vm.targetName, namespace }, SOON_GONE);
  await target.run(main.startMachine, vmRef(vm));
  await target.run(waits.awaitMachineRunning, vmRef(vm), 60);
  return vm;
}

/** The device behind a claim, once a Pod has used it. */
async function bound({ namespace }: FrozenVm, claim: string): Promise<string> {
  const ref = { name: 'holder', namespace };
  await target.admin.create(PODS, { ...holder('holder', claim, true), metadata: ref } as Pod);
  await eventually(async () => {
    const { status } = await target.admin.get(PODS, ref);
    return status?.phase === 'Running' ? true : null;
  });
  await target.admin.delete(PODS, ref);
  const { spec } = await target.admin.get(VOLUME_CLAIMS, { name: claim, namespace });
  return join(useLab().volumesDir, spec?.volumeName ?? '', 'block');
}

const proof = (vm: FrozenVm, pattern: string, timeoutSeconds = 50): Promise<GuestProof> =>
  target.run(target.activities.waits.awaitGuestUp, vmRef(vm), { by: 'console', pattern, timeoutSeconds });

const read = (vm: FrozenVm, lines: number) =>
  target.run(target.activities.main.readConsole, { vm: vmRef(vm), lines });

test('a guest proves itself up by what it says as it boots, and its console can be read', async () => {
  const vm = await started('obeys');
  expect(await proof(vm, '^guest up$')).toEqual({ by: 'console', evidence: 'guest up' });
  expect((await read(vm, 100)).lines.slice(-2)).toEqual(['Starting', 'guest up']);
  expect(await read(vm, 1)).toEqual({ lines: ['guest up'], note: null });
});

test('a guest that says something else is not up, and what it said last is told', async () => {
  const vm = await started('obeys');
  await expect(proof(vm, 'never said', 5)).rejects.toMatchObject({
    type: 'GuestNotUp',
    message: expect.stringMatching(/within 5 s; its console's last lines: .*Starting ⏎ guest up$/) as string,
  });
});

test('what a guest says that is going down is no proof: the one that follows has to say it', async () => {
  const vm = await started('deaf');
  await proof(vm, 'guest up');
  const ref = { name: vm.targetName, namespace: vm.namespace };
  const first = (await target.admin.get(VIRTUAL_MACHINE_INSTANCES, ref)).metadata?.uid;
  await target.admin.delete(VIRTUAL_MACHINE_INSTANCES, ref);
  await eventually(async () => {
    const { items } = await target.admin.list(PODS, { namespace: vm.namespace, labelSelector: LAUNCHERS });
    return items.every(({ metadata }) => metadata?.deletionTimestamp !== undefined) ? true : null;
  });
  expect(await proof(vm, 'guest up')).toEqual({ by: 'console', evidence: 'guest up' });
  const now = (await target.admin.get(VIRTUAL_MACHINE_INSTANCES, ref)).metadata;
  expect(now?.uid).not.toBe(first);
  expect(now?.deletionTimestamp).toBeUndefined();
});
