/** What a plan has Drover do with a VM that can not go on: `spec.drover.onFailure`. */
import { retryUpdate, searchAttributes } from '../../../workflows/temporal-api';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

test.each([
  ['abort', undefined, 'aborted'],
  ['skip', true, 'skipped'],
] as const)(
  '%s gives the VM up at once, as an operator would, and says that the plan had it so',
  async (action, skipped, listed) => {
    const vm = frozenVm({ policy: { onFailure: { ImportRestarts: action } } });
    const world = lab.world(vm);
    world.script.fail('awaitImport', 'ImportRestarts');

    const handle = await lab.migrate(vm);
    const result = await handle.result();

    expect(result).toMatchObject({ outcome: 'aborted', failure: { kind: 'ImportRestarts' }, left: [] });
    expect(result.skipped).toBe(skipped);
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(searchAttributes.outcome)).toBe(listed);
    expect(result.decisions).toMatchObject([
      { action, who: 'policy', why: `the plan says so: onFailure.ImportRestarts: ${action}` },
    ]);
    expect(world.source.on).toBe(true);
    expect(world.leftovers()).toEqual([]);
    expect(world.breaches).toEqual([]);
  },
);

test('a failure of another kind parks the VM', async () => {
  const vm = frozenVm({ policy: { onFailure: { CopyStalled: 'abort' } } });
  const world = lab.world(vm);
  world.script.fail('awaitImport', 'ImportRestarts', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).decisions).toEqual([]);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
});

test('a policy starts no source before the target is proven off: the VM parks on its way back', async () => {
  const vm = frozenVm({ policy: { onFailure: { MachineNotStarted: 'skip', MachineNotStopped: 'skip' } } });
  const world = lab.world(vm);
  world.script.fail('awaitMachineRunning', 'MachineNotStarted');
  world.script.fail('removeMachine', 'MachineNotStopped');
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'restore', failure: { kind: 'MachineNotStopped' } });
  expect(parked.decisions).toMatchObject([{ action: 'skip', who: 'policy' }]);
  expect(world.source.on).toBe(false);

  world.script.mend('removeMachine');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', skipped: true });
  expect(world.source.on).toBe(true);
  expect(world.breaches).toEqual([]);
});

test('a target that serves is taken away by no policy: the VM parks until it is tidied', async () => {
  const vm = frozenVm({ policy: { onFailure: { TargetRightsMissing: 'abort' } } });
  const world = lab.world(vm);
  world.script.fail('tidy', 'TargetRightsMissing', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention).toMatchObject({ phase: 'tidy' });
  expect(world.machine).toEqual({ running: true });
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
});
