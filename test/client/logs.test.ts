import { failure } from '../../activities/failure';
import type { AttemptEvidence, PluginRequest } from '../../activities/interfaces';
import { diskId } from '../../plan/workflow-ids';
import { copyStateQuery } from '../../workflows/temporal-api';
import { BY_IMPORT, BY_PLUGIN, frozenVm, type FrozenVmSketch } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../support/workflow-lab';
import { drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start({ lists: true });
});
afterAll(() => lab.stop());

const IMAGE = 'registry.example.com/offload@sha256:0123456789abcdef';

/** Each attempt by plugin says which it is, and fails. */
function vmThatFails(sketch: FrozenVmSketch, times: number) {
  const vm = frozenVm(sketch);
  const world = lab.world(vm);
  const fail = ([request]: unknown[]) => {
    const { attempt } = request as PluginRequest;
    const log = ['logging in', `attempt ${attempt} breaks`];
    const evidence: AttemptEvidence = { image: IMAGE, bytes: attempt * 100, log };
    throw failure('CopyFailed', `LUN ${attempt} is broken`, evidence);
  };
  world.script.run('awaitPlugin', fail, { times });
  return { vm, world, name: vm.vm.name };
}

test('shows the log of the last attempt that failed, and of any other that is asked for, without a worker', async () => {
  const { vm, name } = vmThatFails({ methods: [BY_PLUGIN], policy: { copyAttempts: 2 } }, 3);
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.executeUpdate('retry', { args: [OPERATOR] });
  const result = await handle.result();
  expect(result.outcome).toBe('succeeded');

  const last = await drover(lab.shell, 'logs', name);
  expect(last).toEqual({
    code: 0,
    stdout: 'logging in\nattempt 3 breaks\n',
    stderr: `${name} disk 0, attempt 3 (kept)\n`,
  });
  expect((await drover(lab.shell, 'logs', name, '--attempt', '1', '-n', '1')).stdout).toBe(
    'attempt 1 breaks\n',
  );
  const whole = JSON.parse(
    (await drover(lab.shell, 'logs', name, '--attempt', '2', '-o', 'json')).stdout,
  ) as object;
  expect(whole).toMatchObject({ from: 'kept', attempt: 2, lines: ['logging in', 'attempt 2 breaks'] });
});

test('keeps of each attempt when it ran, what it was and how it ended, and shows it', async () => {
  const { vm, name } = vmThatFails({ methods: [BY_PLUGIN, BY_IMPORT] }, 1);
  const { disks } = await (await lab.migrate(vm)).result();
  const failed = { kind: 'CopyFailed', message: 'LUN 1 is broken' };
  expect(disks[0]?.attemptLog).toEqual([
    {
      number: 1,
      method: 'plugin',
      startedAt: expect.any(String) as string,
      endedAt: expect.any(String) as string,
      outcome: 'failed',
      failure: expect.objectContaining(failed) as object,
      image: IMAGE,
      bytes: 100,
    },
    expect.objectContaining({ number: 2, outcome: 'copied', failure: null }),
  ]);
  expect(disks[1]?.attemptLog).toMatchObject([{ number: 1, method: 'import', outcome: 'copied' }]);
  const { stdout } = await drover(lab.shell, 'status', name);
  expect(stdout).toMatch(/0 +1 +plugin +failed .*offload@sha256:0123456789ab +CopyFailed: LUN 1 is broken/);
  expect(stdout).toMatch(/0 +2 +plugin +copied /);
});

test('of an attempt at work shows the live log, and goes on until it ends', async () => {
  const { vm, world, name } = vmThatFails({ methods: [BY_PLUGIN] }, 1);
  const gate = world.script.hold('awaitPlugin', true);
  const handle = await lab.migrate(vm);
  await gate.reached;
  world.copyLog = { attempt: 2, lines: ['half way'], note: null, running: true, next: 't1' };
  const state = lab.client.workflow
    .getHandle(diskId({ ...vm, moref: vm.vm.moref }, 2000))
    .query(copyStateQuery);
  expect((await state).attemptLog?.map(({ outcome }) => outcome)).toEqual(['failed', 'running']);
  expect((await drover(lab.shell, 'status', name)).stdout).toMatch(/0 +2 +plugin +running/);

  const asked: unknown[] = [];
  world.script.run('readCopyLog', ([request]) => {
    const { after } = request as { after: string | null };
    if (asked.push(after) === 2) {
      world.copyLog = { attempt: 2, lines: ['done'], note: null, running: false, next: 't2' };
    }
  });
  const followed = await drover(lab.shell, 'logs', name, '--follow');
  expect(followed).toMatchObject({ code: 0, stdout: 'half way\ndone\n' });
  expect(followed.stderr).toContain('(live)');
  expect(asked).toEqual([null, 't1']);
  gate.open();
  await handle.result();
});

test('shows what a hook said, without a worker that could reach its cluster', async () => {
  const hook = { namespace: 'mtv', image: 'lab.drover.dev/hook:1', deadlineSeconds: 60, attempts: 1 };
  const steps = ['PreHook', 'PostHook'] as const;
  const hooks = steps.map((step) => ({ ...hook, step, name: step.toLowerCase() }));
  const vm = { ...frozenVm(), hooks };
  lab.world(vm);
  await (await lab.migrate(vm)).result();
  const { name } = vm.vm;
  expect(await drover(lab.shell, 'logs', name, '--hook')).toEqual({
    code: 0,
    stdout: 'PostHook is done\n',
    stderr: `${name} hook posthook (PostHook), attempt 1, succeeded\n`,
  });
  expect((await drover(lab.shell, 'logs', name, '--hook', '--step', 'PreHook')).stdout).toBe(
    'PreHook is done\n',
  );
  const none = await drover(lab.shell, 'logs', name, '--hook', '--step', 'OnFailure');
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain(`no hook OnFailure of ${name} has run: those of PreHook, PostHook have`);
  const mixed = await drover(lab.shell, 'logs', name, '--hook', '--follow');
  expect(mixed.stderr).toContain('leave out --hook');
  expect((await drover(lab.shell, 'status', name)).stdout).toContain(
    'hook      PreHook prehook succeeded; said=PreHook',
  );
});

test('says why there is no log', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  lab.world(vm);
  await (await lab.migrate(vm)).result();
  const { name } = vm.vm;
  expect((await drover(lab.shell, 'logs', name)).stderr).toContain('it is imported by CDI');
  expect((await drover(lab.shell, 'logs', name, '--disk', '1')).stderr).toContain('none has failed');
  const none = await drover(lab.shell, 'logs', name, '--disk', '7');
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain(`${name} has no disk 7; its disks are 0 to 1`);
});
