/** Hooks: when they run, what becomes of one that fails, and what later ones hear of those before. */
import { abortUpdate, retryUpdate } from '../../../workflows/temporal-api';
import { failure } from '../../../activities/failure';
import type { HookReport } from '../../../activities/interfaces';
import type { FrozenVm } from '../../../plan/frozen';
import { HOOK_STEPS, type HookStep } from '../../../plan/hooks';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

function withHooks(steps: readonly HookStep[], attempts = 1): FrozenVm {
  const hook = { namespace: 'mtv', image: 'lab.drover.dev/hook:1', deadlineSeconds: 60, attempts };
  return { ...frozenVm(), hooks: steps.map((step) => ({ ...hook, step, name: `my-${step.toLowerCase()}` })) };
}

/** Before the failure is thrown, as an activity that waits for a hook throws it. */
function failHook(world: ReturnType<WorkflowLab['world']>, step: HookStep, times: number): void {
  const report: HookReport = { results: {}, log: ['no room in the backup'], warning: null };
  let left = times;
  world.script.run('awaitHook', ([awaited]) => {
    if ((awaited as { step: HookStep }).step !== step || (left -= 1) < 0) return;
    throw failure('HookFailed', `hook (${step}) failed: exit code 1`, report);
  });
}

test('hooks run in their places, and each hears what those before it have said', async () => {
  const vm = withHooks(HOOK_STEPS);
  const world = lab.world(vm);

  const result = await (await lab.migrate(vm)).result();

  expect(result.outcome).toBe('succeeded');
  const marks = ['made disk-0', 'guest asked to shut down', 'machine started', 'tidied'];
  expect(world.log.filter((line) => line.startsWith('hook ') || marks.includes(line))).toEqual([
    'hook PreHook',
    'made disk-0',
    'hook BeforeCutover',
    'guest asked to shut down',
    'machine started',
    'hook AfterVerify',
    'hook PostHook',
    'tidied',
  ]);
  expect(world.hooksRun.at(-1)).toEqual({
    step: 'PostHook',
    attempt: 1,
    results: {
      PreHook: { said: 'PreHook' },
      BeforeCutover: { said: 'BeforeCutover' },
      AfterVerify: { said: 'AfterVerify' },
    },
  });
  expect(result.hooks).toMatchObject([
    { step: 'PreHook', name: 'my-prehook', outcome: 'succeeded', log: ['PreHook is done'] },
    { step: 'BeforeCutover', outcome: 'succeeded' },
    { step: 'AfterVerify', outcome: 'succeeded' },
    { step: 'PostHook', outcome: 'succeeded' },
  ]);
  expect(world.breaches).toEqual([]);
});

test('a VM without hooks has no phase of theirs, and nothing of them in its record', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const result = await (await lab.migrate(vm)).result();
  expect(result).not.toHaveProperty('hooks');
  expect(result.timings.map(({ phase }) => phase).filter((phase) => phase.includes('hook'))).toEqual([]);
  expect(world.hooksRun).toEqual([]);
});

test('a hook that fails is tried again, each time when nothing of the last try is left', async () => {
  const vm = withHooks(['PreHook'], 3);
  const world = lab.world(vm);
  failHook(world, 'PreHook', 2);

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', hooks: [{ attempt: 3, outcome: 'succeeded' }] });
  expect(world.hooksRun.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(world.breaches).toEqual([]);
});

test('one that goes on failing parks the VM with the source as it was; a retry runs the hook again, and goes on', async () => {
  const vm = withHooks(['BeforeCutover']);
  const world = lab.world(vm);
  failHook(world, 'BeforeCutover', 1);
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'before-cutover', failure: { kind: 'HookFailed' } });
  expect(parked.hooks).toMatchObject([{ outcome: 'failed', log: ['no room in the backup'] }]);
  expect(world.source.on).toBe(true);
  expect(world.hook).toBeNull();
  const answer = await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  // The answer stays in the history, which has the log already.
  expect(answer.hooks).toMatchObject([{ log: [] }]);

  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'succeeded', hooks: [{ attempt: 2, outcome: 'succeeded' }] });
  expect(world.breaches).toEqual([]);
});

test('an abort ends a hook that runs, and leaves nothing', async () => {
  const vm = withHooks(['PreHook']);
  const world = lab.world(vm);
  const { reached } = world.script.hold('awaitHook', true);
  const handle = await lab.migrate(vm);
  await reached;
  expect(world.hook).toBe('PreHook');

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'aborted', hooks: [{ outcome: 'stopped' }] });
  expect(world.hook).toBeNull();
  expect(world.log).toContain('everything removed');
});

test('OnFailure runs beside the parking, hears what others said, and ends with it', async () => {
  const vm = withHooks(['PreHook', 'OnFailure']);
  const world = lab.world(vm);
  world.script.fail('awaitImport', 'ImportRestarts', { times: 1 });
  const handle = await lab.migrate(vm);
  expect((await lab.parked(vm)).attention?.failure.kind).toBe('ImportRestarts');
  const told = await lab.until(vm, ({ hooks = [] }) =>
    hooks.some(({ endedAt, step }) => step === 'OnFailure' && endedAt !== null),
  );
  expect(told.attention?.failure.kind).toBe('ImportRestarts');
  expect(world.hooksRun.at(-1)).toEqual({
    step: 'OnFailure',
    attempt: 1,
    results: { PreHook: { said: 'PreHook' } },
  });

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.breaches).toEqual([]);
});

test('an OnFailure that fails, or that still runs when an operator decides, changes nothing', async () => {
  const vm = withHooks(['OnFailure']);
  const world = lab.world(vm);
  world.script.fail('createMachine', 'NameTaken', { times: 1 });
  world.script.fail('tidy', 'TargetRightsMissing', { times: 1 });
  failHook(world, 'OnFailure', 1);
  const handle = await lab.migrate(vm);
  await lab.until(vm, ({ hooks = [] }) => hooks[0]?.outcome === 'failed');
  expect((await lab.parked(vm)).attention?.failure.kind).toBe('NameTaken');
  const { reached } = world.script.hold('awaitHook', true);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  await reached;
  expect((await lab.parked(vm)).attention).toMatchObject({ phase: 'tidy' });
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'succeeded', hooks: [{ attempt: 2, outcome: 'stopped' }] });
  expect(world.hook).toBeNull();
  expect(world.breaches).toEqual([]);
});

test('nothing runs before the VM is checked, also where it parks', async () => {
  const vm = withHooks(['OnFailure']);
  const world = lab.world(vm);
  world.script.fail('checkTarget', 'QuotaExceeded', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  await handle.result();
  expect(world.hooksRun).toEqual([]);
});

test('at the deadline of parking a target whose PostHook failed stays, and the hook is named', async () => {
  const vm = withHooks(['PostHook']);
  vm.policy = { ...vm.policy, parkDeadlineSeconds: 1 };
  const world = lab.world(vm);
  failHook(world, 'PostHook', 1);

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [{ action: 'deadline' }] });
  expect(result.left).toEqual(['hook (PostHook) failed: exit code 1']);
  expect(world.machine).toEqual({ running: true });
  expect(world.log).toContain('tidied');
});
