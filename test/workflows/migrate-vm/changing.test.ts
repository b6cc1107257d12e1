/** A parked VM that goes on with something changed, on a real Temporal server. */
import { type WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateStage } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { FrozenVm } from '../../../plan/frozen';
import {
  abortUpdate,
  retryUpdate,
  type RetryRequest,
  searchAttributes,
} from '../../../workflows/temporal-api';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { workflowBundle } from '../../support/workflow-bundle';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const retry = (handle: MigrationHandle, changes?: RetryRequest['changes']) =>
  handle.executeUpdate(retryUpdate, { args: [{ ...OPERATOR, ...(changes !== undefined && { changes }) }] });

/** What the caller of a refused update is told. */
async function refusal(update: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await update.then(() => undefined).catch((thrown: unknown) => thrown);
  return error instanceof WorkflowUpdateFailedError ? error.cause?.message : String(error);
}

/** Whether the code of today does again what the history says. */
async function replay(handle: WorkflowHandle): Promise<void> {
  const workflowBundleOption = { codePath: await workflowBundle() };
  await Worker.runReplayHistory(
    { workflowBundle: workflowBundleOption },
    await handle.fetchHistory(),
    handle.workflowId,
  );
}

test('another storage class for the disk that failed: its volume is made there, and the other disk stays', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  const answer = await retry(handle, { 'disk.1.storageClass': 'slow-block' });

  const kept = [{ key: 'disk.1.storageClass', before: 'fast-block', after: 'slow-block' }];
  expect(answer.decisions).toMatchObject([{ action: 'retry', ...OPERATOR, changes: kept }]);
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', decisions: [{ changes: kept }] });
  expect(vm.disks.map(({ volumeName }) => world.volume(volumeName).storageClass)).toEqual([
    'fast-block',
    'slow-block',
  ]);
  expect(world.copies.map(({ disk }) => disk).sort()).toEqual([0, 1]);
  expect(world.log.filter((line) => line.startsWith('discarded disk'))).toEqual(['discarded disk-1']);
  expect(world.log.filter((line) => line === 'guest asked to shut down')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
  await replay(handle);
});

test('another storage class before the source was stopped: the binder goes before the volume that it holds', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('shutDownGuest', 'SourceRightsMissing', { times: 1 });
  const handle = await lab.migrate(vm);
  expect((await lab.parked(vm)).attention).toMatchObject({ phase: 'stop-source' });
  expect(world.binder).toBe(true);

  await retry(handle, { 'disk.0.storageClass': 'slow-block' });

  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  expect(world.volume(vm.disks[0]!.volumeName).storageClass).toBe('slow-block');
  expect(world.breaches).toEqual([]);
});

test('a class for a VM whose volumes do not exist yet is simply taken', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('checkTarget', 'QuotaExceeded', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, { 'disk.0.storageClass': 'slow-block' });

  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  expect(world.volume(vm.disks[0]!.volumeName).storageClass).toBe('slow-block');
  expect(world.log.filter((line) => line.startsWith('discarded'))).toEqual([]);
});

test('import now: the plugin is given up for this disk, and its volume is made by CDI', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, { 'disk.0.fallback': 'import' });

  expect((await handle.result()).disks).toMatchObject([
    {
      method: 'import',
      phase: 'copied',
      fellBack: { kind: null, message: `${OPERATOR.who}: ${OPERATOR.why}` },
    },
    { method: 'plugin', phase: 'copied' },
  ]);
  expect(world.copies.map(({ disk, method }) => `${disk} ${method}`).sort()).toEqual([
    '0 import',
    '1 plugin',
  ]);
  expect(world.breaches).toEqual([]);
});

test('a plugin with other variables begins with an empty volume: the array may still write to the old one', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  const told: unknown[] = [];
  world.script.run('startPlugin', ([request]) => void told.push(request));
  world.script.fail('awaitPlugin', 'CopyRefused', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, { 'disk.0.vars.ARRAY': 'a-2' });

  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', disks: [{ attempts: 2 }] });
  expect(told).toMatchObject([
    { disk: { method: { vars: { ARRAY: 'a-1' } } } },
    { disk: { method: { vars: { ARRAY: 'a-2' } } } },
  ]);
  const [first, second] = told as { copyId: string }[];
  expect(first?.copyId).not.toBe(second?.copyId);
  expect(world.log.filter((line) => line === 'discarded disk-0')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('a volume whose copier can not be proven gone is not replaced: the VM parks again', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyFailed');
  world.script.fail('stopCopy', 'CopierLost', { times: 1 });
  world.script.fail('discardVolume', 'CopierLost', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, { 'disk.0.fallback': 'import' });
  const parked = await lab.until(vm, ({ attention }) => attention?.phase === 'volumes');
  expect(parked.attention?.failure.kind).toBe('CopierLost');

  await retry(handle);
  expect((await handle.result()).disks).toMatchObject([{ method: 'import', phase: 'copied' }]);
  expect(world.breaches).toEqual([]);
});

test.each<[string, RetryRequest['changes'], string]>([
  ['skipped', { conversion: 'skip' }, 'disk-0 as of boot 1'],
  ['started unconverted', { onUnconvertible: 'startUnconverted' }, 'disk-0 as of boot 1'],
])('a guest that nobody can convert is %s, as it was copied', async (_, changes, content) => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'GuestNotRecognized');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, changes);

  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', conversion: { converted: false } });
  expect(world.contents()).toEqual([content]);
  expect(world.machine).toEqual({ running: true });
  expect(world.scratch).toBeNull();
  expect(world.copies).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('a larger scratch volume takes the place of a full one, and the copies are converted there', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const sizes: unknown[] = [];
  world.script.run('startConversion', ([frozen]) => {
    sizes.push((frozen as FrozenVm).conversion?.scratch.requestBytes);
  });
  world.script.fail('awaitConversion', 'ScratchFull', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, { conversionTempStorageSize: '128Mi' });

  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', conversion: { converted: true } });
  expect(sizes).toEqual([64 * 2 ** 20, 135 * 2 ** 20]);
  expect(world.log).toContain('discarded the scratch volume');
  expect(world.copies).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('deadlines and the proof of the guest are those of the change from then on', async () => {
  const vm = frozenVm({ policy: { verify: { by: 'agent', timeoutSeconds: 5 } } });
  const world = lab.world(vm);
  world.script.fail('awaitGuestUp', 'GuestNotUp', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await retry(handle, { 'verify.by': 'none' });

  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', proof: null });
});

test('whatever is wrong is said at once; nothing is changed, and the VM stays parked as it was', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { times: 1 });
  const handle = await lab.migrate(vm);
  const before = await lab.parked(vm);

  const said = await refusal(
    retry(handle, {
      'disk.0.storageClass': 'slow-block',
      'disk.1.storageClass': 'slaw-block',
      copyDedline: '2h',
      parkDeadline: 'x',
    }),
  );

  expect(said).toMatch(/^nothing was changed\. disk\.0\.storageClass: disk 0 is copied already/);
  expect(said).toContain('no storage class "slaw-block"; did you mean "slow-block"?');
  expect(said).toContain('copyDedline: it is no key; did you mean "copyDeadline"');
  expect(said).toContain('parkDeadline: is "x"');
  expect(await lab.parked(vm)).toEqual(before);
  const { searchAttributes: shown } = await handle.describe();
  expect(shown[searchAttributes.attention.name]).toEqual(['CopyRefused']);

  await retry(handle);
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', decisions: [{ action: 'retry' }] });
  expect(world.breaches).toEqual([]);
});

test('what can not be checked is not changed', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('checkTarget', 'QuotaExceeded', { times: 1 });
  world.script.fail('changeVm', 'TargetUnreachable');
  const handle = await lab.migrate(vm);
  const before = await lab.parked(vm);

  expect(await refusal(retry(handle, { copyDeadline: '48h' }))).toBe(
    "the changes can't be checked, and nothing was changed: changeVm was told to fail",
  );
  expect(await lab.parked(vm)).toEqual(before);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await handle.result();
});

/** A VM that is parked while a change of it is being checked. */
async function checking() {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitImport', 'ImportRestarts', { times: 1 });
  const gate = world.script.hold('changeVm', true, { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  const change = await handle.startUpdate(retryUpdate, {
    args: [{ ...OPERATOR, changes: { 'disk.0.storageClass': 'slow-block' } }],
    waitForStage: WorkflowUpdateStage.ACCEPTED,
  });
  await gate.reached;
  return { vm, world, gate, handle, change };
}

test('of two retries with changes at once the first counts, and the second is refused', async () => {
  const { vm, world, gate, handle, change } = await checking();

  expect(await refusal(retry(handle, { copyDeadline: '48h' }))).toContain(
    'another retry with changes is being checked',
  );
  gate.open();

  expect((await change.result()).decisions).toMatchObject([{ changes: [{ key: 'disk.0.storageClass' }] }]);
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  expect(world.volume(vm.disks[0]!.volumeName).storageClass).toBe('slow-block');
  expect(world.breaches).toEqual([]);
});

test('two that arrive in one step of the workflow do not both change it', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitImport', 'ImportRestarts', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  const both = await Promise.all(
    ['24h', '48h'].map((copyDeadline) =>
      retry(handle, { copyDeadline }).then(
        () => 'done',
        () => 'refused',
      ),
    ),
  );

  expect(both.sort()).toEqual(['done', 'refused']);
  expect((await handle.result()).decisions).toHaveLength(1);
  expect(world.breaches).toEqual([]);
  await replay(handle);
});

test('an abort ends the check of a change, and the VM is given up as it was', async () => {
  const { world, handle, change } = await checking();

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  expect(await refusal(change.result())).toBe(
    `nothing was changed: ${OPERATOR.who} said abort while the changes were checked`,
  );
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', decisions: [{ action: 'abort' }] });
  expect(world.source.on).toBe(true);
  expect(world.leftovers()).toEqual([]);
  expect(world.breaches).toEqual([]);
  await replay(handle);
});

test('a plain retry meanwhile goes on at once, and the change comes too late', async () => {
  const { vm, world, gate, handle, change } = await checking();

  await retry(handle);
  gate.open();

  expect(await refusal(change.result())).toContain('said retry while the changes were checked');
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  expect(world.volume(vm.disks[0]!.volumeName).storageClass).toBe('fast-block');
});

test.each<[string, unknown]>([
  ['no change at all', {}],
  ['a value that is no text', { copyAttempts: 3 }],
  ['too many', Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`disk.${n}.image`, 'a']))],
  ['one that is too long', { 'disk.0.vars.A': 'x'.repeat(9_000) }],
])('a request with %s is refused before it is written anywhere', async (_, changes) => {
  const vm = frozenVm();
  lab.world(vm).script.fail('awaitImport', 'ImportRestarts');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  expect(await refusal(retry(handle, changes as RetryRequest['changes']))).toContain('changes');

  const { events } = await handle.fetchHistory();
  expect(events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await handle.result();
});
