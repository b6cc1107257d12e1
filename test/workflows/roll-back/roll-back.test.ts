/** Back from a migration that succeeded, on a real Temporal server, over a world in memory that notes every breach. */
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { FrozenVm } from '../../../plan/frozen';
import type { finalizeVm, rollBackVm } from '../../../workflows';
import {
  abortRollBackUpdate,
  retryRollBackUpdate,
  rollBackStateQuery,
  TASK_QUEUE,
  type RollBackInput,
  type RollBackState,
} from '../../../workflows/temporal-api';
import { eventually } from '../../support/eventually';
import { frozenVm, type FrozenVmSketch } from '../../support/frozen-vm';
import type { FakeWorld } from '../../support/fake-world';
import { OPERATOR, WorkflowLab, workflowIdOf } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

interface Done {
  vm: FrozenVm;
  world: FakeWorld;
  runId: string;
}

/** A VM whose migration has succeeded. From here on, the log has only what comes after it. */
async function migrated(
  sketch: FrozenVmSketch = {},
  change: (vm: FrozenVm) => void = () => undefined,
): Promise<Done> {
  const vm = frozenVm(sketch);
  change(vm);
  const world = lab.world(vm);
  const handle = await lab.migrate(vm);
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  world.target.finishedAt = new Date().toISOString();
  world.log.length = 0;
  return { vm, world, runId: handle.firstExecutionRunId };
}

const where = (vm: FrozenVm) => ({ taskQueue: TASK_QUEUE, workflowId: workflowIdOf(vm) });

function inputOf({ vm, runId }: Done, more: Partial<RollBackInput> = {}): RollBackInput {
  return { vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref, runId, ...OPERATOR, ...more };
}

function rollBack(done: Done, more: Partial<RollBackInput> = {}): Promise<WorkflowHandle<typeof rollBackVm>> {
  return lab.client.workflow.start<typeof rollBackVm>('rollBackVm', {
    ...where(done.vm),
    args: [inputOf(done, more)],
  });
}

async function rolledBack(done: Done, more: Partial<RollBackInput> = {}) {
  return (await rollBack(done, more)).result();
}

async function parked(handle: WorkflowHandle<typeof rollBackVm>): Promise<RollBackState> {
  return eventually(async () => {
    const state = await handle.query(rollBackStateQuery);
    return state.attention === null ? undefined : state;
  });
}

const kept = ['target stopped', 'source powered on', 'noted: rolled back'];

test('the target is stopped before the source is started, and kept', async () => {
  const done = await migrated();
  expect(await rolledBack(done)).toMatchObject({
    outcome: 'rolledBack',
    startsSource: true,
    failure: null,
    left: [],
    vm: { name: done.vm.vm.name },
    timings: [{ phase: 'look' }, { phase: 'stop-target' }, { phase: 'start-source' }, { phase: 'note' }],
  });
  expect(done.world.log).toEqual(kept);
  expect(done.world).toMatchObject({ machine: { running: false }, source: { on: true }, breaches: [] });
});

test('a target that is to go is removed last', async () => {
  const done = await migrated();
  expect(await rolledBack(done, { deleteTarget: true })).toMatchObject({ outcome: 'rolledBack' });
  expect(done.world.log).toEqual([...kept, 'target removed']);
  expect(done.world.breaches).toEqual([]);
});

test('a source that was off before its migration stays off, unless somebody wants it to run', async () => {
  const left = await migrated({ poweredOn: false, startTarget: true });
  expect(await rolledBack(left)).toMatchObject({ outcome: 'rolledBack', startsSource: false });
  expect(left.world.source.on).toBe(false);

  const wanted = await migrated({ poweredOn: false, startTarget: true });
  await rolledBack(wanted, { source: 'start' });
  expect(wanted.world.source.on).toBe(true);

  const unwanted = await migrated();
  await rolledBack(unwanted, { source: 'leaveOff' });
  expect(unwanted.world.source.on).toBe(false);
  expect([left, wanted, unwanted].flatMap(({ world }) => world.breaches)).toEqual([]);
});

test('what was rolled back is not rolled back again, but its target can still be removed', async () => {
  const done = await migrated();
  await rolledBack(done);
  done.world.log.length = 0;
  expect(await rolledBack(done)).toMatchObject({ outcome: 'rolledBack', timings: [{ phase: 'look' }] });
  expect(done.world.log).toEqual([]);
  expect(await rolledBack(done, { deleteTarget: true })).toMatchObject({ outcome: 'rolledBack' });
  expect(done.world.log).toEqual(['target removed']);
});

const REFUSALS: [string, string, FrozenVmSketch, (world: FakeWorld) => void][] = [
  ['TargetChanged', 'another VirtualMachine has the name', {}, ({ target }) => (target.isReplaced = true)],
  ['TargetFinal', 'it is final', {}, ({ target }) => (target.finalAt = '2026-01-01T00:00:00Z')],
  [
    'TargetFinal',
    'finalizeAfter has passed',
    { policy: { finalizeAfterSeconds: 60 } },
    ({ target }) => (target.finishedAt = new Date(Date.now() - 61_000).toISOString()),
  ],
  ['TargetShared', 'others use its disks', {}, ({ target }) => target.usedBy.push('db02')],
  ['SourceUsed', 'both run', {}, ({ source }) => (source.on = true)],
  [
    'SourceUsed',
    'the source ran meanwhile',
    {},
    ({ source }) => (source.lastPowerOn = '2026-03-01T00:00:00Z'),
  ],
];

test.each(REFUSALS)('refuses as %s and touches nothing where %s', async (kind, _, sketch, change) => {
  const done = await migrated(sketch);
  change(done.world);
  expect(await rolledBack(done)).toMatchObject({
    outcome: 'refused',
    failure: { kind },
    timings: [{ phase: 'look' }],
  });
  expect(done.world.log).toEqual([]);
  expect(done.world.machine).toEqual({ running: true });
});

test('the look at the source asks no ESXi host, as nothing is imported any more', async () => {
  const secret = { namespace: 'mtv', name: 'host-1-login' };
  const hosts = [{ moref: 'host-1', url: 'https://host-1.example.com/sdk', secret }];
  const done = await migrated({}, ({ source }) => Object.assign(source, { hosts }));
  const asked: unknown[] = [];
  done.world.script.run('checkSource', ([vm]) => asked.push((vm as FrozenVm).source.hosts));
  expect(await rolledBack(done)).toMatchObject({ outcome: 'rolledBack' });
  expect(asked).toEqual([undefined]);
});

test('refuses where the source is no longer the VM that was migrated', async () => {
  const done = await migrated();
  done.world.script.fail('checkSource', 'SourceChanged');
  expect(await rolledBack(done)).toMatchObject({ outcome: 'refused', failure: { kind: 'SourceChanged' } });
  expect(done.world.log).toEqual([]);
});

test('within finalizeAfter it is rolled back', async () => {
  const done = await migrated({ policy: { finalizeAfterSeconds: 3600 } });
  expect(await rolledBack(done)).toMatchObject({ outcome: 'rolledBack' });
});

test('a source that runs while the target is off is where a rollback leads: it is only noted', async () => {
  const done = await migrated();
  Object.assign(done.world.source, { on: true, lastPowerOn: '2026-03-01T00:00:00Z' });
  done.world.machine = { running: false };
  expect(await rolledBack(done)).toMatchObject({ outcome: 'rolledBack', sourceStartedAt: null });
  expect(done.world.log).toEqual(['target stopped', 'noted: rolled back']);
});

test('a source that can not be started parks the rollback; a retry goes on there', async () => {
  const done = await migrated();
  done.world.script.fail('powerOnSource', 'SourceRightsMissing', { times: 1 });
  const handle = await rollBack(done);
  expect(await parked(handle)).toMatchObject({
    attention: { phase: 'start-source', failure: { kind: 'SourceRightsMissing' } },
  });
  await handle.executeUpdate(retryRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({
    outcome: 'rolledBack',
    failure: null,
    decisions: [{ action: 'retry', who: OPERATOR.who }],
  });
  expect(done.world.log).toEqual(kept);
});

test('given up before the source is started, the target runs as before', async () => {
  const done = await migrated();
  done.world.script.fail('stopTarget', 'MachineNotStopped');
  const handle = await rollBack(done);
  await parked(handle);
  done.world.machine = { running: false };
  await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', left: [] });
  expect(done.world).toMatchObject({ machine: { running: true }, source: { on: false }, breaches: [] });
});

/** The target was off before, and the source is not found when it is to be started. */
async function parkedWithSharedVolumes() {
  const done = await migrated();
  Object.assign(done.world.target, { shares: true });
  done.world.machine = { running: false };
  done.world.script.fail('readPower', 'SourceVmMissing');
  const handle = await rollBack(done);
  await parked(handle);
  return { done, handle };
}

test('given up, a target that was off stays off, and others may attach its volumes again', async () => {
  const { done, handle } = await parkedWithSharedVolumes();
  expect(done.world.target.isClosed).toBe(true);
  await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', left: [] });
  expect(done.world).toMatchObject({
    machine: { running: false },
    target: { isClosed: false },
    breaches: [],
  });
});

test('given up, volumes stay closed to others where somebody starts the source in that moment', async () => {
  const { done, handle } = await parkedWithSharedVolumes();
  done.world.script.run('resumeTarget', () => done.world.bootSource());
  await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
  expect(done.world).toMatchObject({ machine: { running: false }, target: { isClosed: true }, breaches: [] });
});

test('given up, the target stays off where somebody starts the source in that moment', async () => {
  const done = await migrated();
  done.world.script.fail('stopTarget', 'MachineNotStopped');
  const handle = await rollBack(done);
  await parked(handle);
  done.world.machine = { running: false };
  done.world.script.run('resumeTarget', () => done.world.bootSource());
  await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({
    outcome: 'aborted',
    left: [expect.stringContaining('vCenter says that it is poweredOn') as string],
  });
  expect(done.world).toMatchObject({ machine: { running: false }, source: { on: true }, breaches: [] });
});

test('so it is where the workflow is cancelled, and where nobody decides in time', async () => {
  for (const end of ['cancel', 'deadline'] as const) {
    const done = await migrated({ policy: { parkDeadlineSeconds: end === 'deadline' ? 1 : 600 } });
    done.world.script.fail('stopTarget', 'MachineNotStopped');
    const handle = await rollBack(done);
    if (end === 'cancel') {
      await parked(handle);
      await handle.cancel();
    }
    expect(await handle.result()).toMatchObject({ outcome: 'aborted', decisions: [{ action: end }] });
    expect(done.world).toMatchObject({ machine: { running: true }, breaches: [] });
  }
});

test('once the source was started, a rollback can only be finished', async () => {
  const done = await migrated();
  done.world.script.fail('noteRolledBack', 'TargetRightsMissing', { times: 1 });
  const handle = await rollBack(done);
  await parked(handle);
  await expect(handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('can only be finished') as string },
  });
  await handle.executeUpdate(retryRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'rolledBack' });
});

test('a source that somebody used while the rollback was parked is not started, and neither is the target', async () => {
  const done = await migrated();
  let looks = 0;
  done.world.script.run('lookAtTarget', () => {
    looks += 1;
    if (looks === 2) throw ApplicationFailure.nonRetryable('no right', 'TargetRightsMissing');
  });
  const handle = await rollBack(done);
  await parked(handle);
  done.world.source.lastPowerOn = '2026-03-01T00:00:00Z';
  await handle.executeUpdate(retryRollBackUpdate, { args: [OPERATOR] });
  await eventually(
    async () => (await handle.query(rollBackStateQuery)).attention?.failure.kind === 'SourceUsed',
  );
  await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({
    outcome: 'aborted',
    left: [expect.stringContaining('the target stays off') as string],
  });
  expect(done.world).toMatchObject({ machine: { running: false }, source: { on: false } });
});

test('the server refuses a rollback beside a migration of the VM, and a second rollback', async () => {
  const done = await migrated();
  done.world.script.fail('stopTarget', 'MachineNotStopped');
  const handle = await rollBack(done);
  await parked(handle);
  await expect(rollBack(done)).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
  await expect(lab.migrate(done.vm)).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
  await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
  await handle.result();
});

test('under another id than its own it is refused', async () => {
  const done = await migrated();
  const options = { ...where(done.vm), workflowId: 'another', args: [inputOf(done)] };
  await expect(lab.client.workflow.execute('rollBackVm', options)).rejects.toMatchObject({
    cause: { type: 'InvalidInput', message: expect.stringContaining('under another id') as string },
  });
});

test('what is made final stays final, and is not rolled back any more', async () => {
  const done = await migrated();
  const finalize = () =>
    lab.client.workflow.execute<typeof finalizeVm>('finalizeVm', {
      ...where(done.vm),
      args: [inputOf(done)],
    });
  expect(await finalize()).toMatchObject({ outcome: 'final', asked: { action: 'finalize' } });
  const since = done.world.target.finalAt;
  expect(await finalize()).toMatchObject({ outcome: 'final' });
  expect(done.world.target.finalAt).toBe(since);
  expect(await rolledBack(done)).toMatchObject({ outcome: 'refused', failure: { kind: 'TargetFinal' } });
  expect(done.world.log).toEqual([]);
});

test('what was rolled back can not be made final', async () => {
  const done = await migrated();
  await rolledBack(done);
  const result = await lab.client.workflow.execute<typeof finalizeVm>('finalizeVm', {
    ...where(done.vm),
    args: [inputOf(done)],
  });
  expect(result).toMatchObject({ outcome: 'refused', failure: { kind: 'TargetChanged' } });
});
