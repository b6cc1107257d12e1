import { WorkflowUpdateFailedError } from '@temporalio/client';
import { abortUpdate, retryUpdate, searchAttributes } from '../../../workflows/temporal-api';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

/** What the caller of a refused update is told. */
async function refusal(update: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await update.then(() => undefined).catch((thrown: unknown) => thrown);
  return error instanceof WorkflowUpdateFailedError ? error.cause?.message : undefined;
}

test('a target that cannot be proven off keeps the source off until it can', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('awaitMachineRunning', true);
  world.script.fail('removeMachine', 'MachineNotStopped');
  const handle = await lab.migrate(vm);
  await gate.reached;
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'restore', failure: { kind: 'MachineNotStopped' } });
  expect(world.source.on).toBe(false);
  expect(await refusal(handle.executeUpdate(abortUpdate, { args: [OPERATOR] }))).toContain(
    'given up already',
  );

  world.script.mend('removeMachine');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', failure: null });
  expect(world.source.on).toBe(true);
  expect(world.leftovers()).toEqual([]);
  expect(world.breaches).toEqual([]);
});

test('a source that can not be started for want of its login waits for it alone: the target is rid of all that is ours', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitImport', 'SecretNotConsented');
  world.script.fail('powerOnSource', 'SecretNotConsented');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  const parked = await lab.until(vm, ({ attention }) => attention?.phase === 'restore');
  expect(parked.attention?.failure.kind).toBe('SecretNotConsented');
  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(false);

  world.script.mend('powerOnSource');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', left: [] });
  expect(world.source.on).toBe(true);
  expect(world.leftovers()).toEqual([]);
  expect(world.breaches).toEqual([]);
});

test('a parked VM whose deadline passes is given up', async () => {
  const vm = frozenVm({ policy: { parkDeadlineSeconds: 1 } });
  const world = lab.world(vm);
  world.script.fail('awaitImport', 'ImportRestarts');

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'aborted', failure: { kind: 'ImportRestarts' } });
  expect(result.decisions).toMatchObject([{ action: 'deadline', who: 'drover' }]);
  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(true);
});

test('a VM that serves is not taken away because it was never tidied', async () => {
  const vm = frozenVm({ policy: { parkDeadlineSeconds: 1 } });
  const world = lab.world(vm);
  world.script.fail('tidy', 'TargetRightsMissing');

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', left: ['tidy was told to fail'] });
  expect(world.machine).toEqual({ running: true });
  expect(world.source.on).toBe(false);
});

test('on the way back the deadline tries again', async () => {
  const vm = frozenVm({ policy: { parkDeadlineSeconds: 1 } });
  const world = lab.world(vm);
  const gate = world.script.hold('awaitImport', true);
  world.script.fail('removeEverything', 'TargetRightsMissing', { times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;
  await handle.cancel();

  expect(await handle.result()).toMatchObject({
    outcome: 'aborted',
    decisions: [{ action: 'cancel' }, { action: 'deadline' }],
  });
  expect(world.leftovers()).toEqual([]);
  expect(world.log.filter((line) => line === 'source powered on')).toHaveLength(1);
});

test('a parked VM is cancelled like any other', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('checkTarget', 'QuotaExceeded');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await handle.cancel();

  expect(await handle.result()).toMatchObject({ outcome: 'aborted', decisions: [{ action: 'cancel' }] });
});

test('one that an older version parked beside a finished target is found done by a retry', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('checkTarget', 'TargetLeftOver', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  world.script.fail('checkTarget', 'AlreadyMigrated');

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect(await handle.result()).toMatchObject({ outcome: 'alreadyMigrated', attention: null, left: [] });
  expect(world.log).toEqual([]);
});

test('updates are refused in clear words, and leave no trace', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('awaitImport', true);
  const handle = await lab.migrate(vm);
  await gate.reached;

  expect(await refusal(handle.executeUpdate(retryUpdate, { args: [OPERATOR] }))).toContain(
    'is in phase copy and waits for no one',
  );
  expect(await refusal(handle.executeUpdate(retryUpdate, { args: [{ who: 'ann', why: ' ' }] }))).toContain(
    'why is " "; say it: it is kept in the record',
  );
  expect(await refusal(handle.executeUpdate(abortUpdate, { args: [{ who: '', why: 'no' }] }))).toContain(
    'who is ""; say it: it is kept in the record',
  );
  expect(await refusal(handle.executeUpdate('abort', { args: [] }))).toContain('the input is missing');

  gate.open();
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', decisions: [] });
});

test.each<[string, [unknown, ...unknown[]], string]>([
  [
    'a reason of a megabyte',
    [{ who: 'ann', why: 'x'.repeat(2 ** 20) }],
    `why is "${'x'.repeat(59)}…; give at most 2000 characters.`,
  ],
  [
    'a name that is none',
    [{ who: 'a'.repeat(257), why: 'x' }],
    `who is "${'a'.repeat(59)}…; give at most 256 characters.`,
  ],
  ['a number as a name', [{ who: 7, why: 'x' }], 'who is a number; give a text'],
  ['another field', [{ who: 'ann', why: 'x', force: true }], 'the input has no field "force"; remove it.'],
  ['another argument', [{ who: 'ann', why: 'x' }, 'y'], 'there are 2 arguments; give one, who and why.'],
])('a word with %s is refused, and the VM stays parked', async (_, args, words) => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('createMachine', 'QuotaExceeded', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  for (const update of ['retry', 'abort'])
    expect(await refusal(handle.executeUpdate(update, { args }))).toContain(words);

  expect((await lab.parked(vm)).decisions).toEqual([]);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', decisions: [{ why: OPERATOR.why }] });
});

test('while a VM is parked, lists show why', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('createMachine', 'QuotaExceeded', { times: 1 });
  const handle = await lab.migrate(vm);
  const parked = await lab.parked(vm);

  expect((await handle.describe()).typedSearchAttributes.get(searchAttributes.attention)).toBe(
    'QuotaExceeded',
  );
  expect(Date.parse(parked.attention?.deadline ?? '') - Date.parse(parked.attention?.since ?? '')).toBe(
    600_000,
  );

  const answered = await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(answered).toMatchObject({ attention: null, decisions: [{ action: 'retry' }] });
  await handle.result();
  expect((await handle.describe()).typedSearchAttributes.get(searchAttributes.attention)).toBeUndefined();
});
