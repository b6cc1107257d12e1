/** Migrations that an older release began, with values that are too large or too many to begin with today. */
import { readFields } from '../../plan/read-fields';
import { INPUTS } from '../../workflows/inputs';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { drover } from './recording-io';

let lab: WorkflowLab;
/** Whether what is started now is started today. */
let today = false;

beforeAll(async () => {
  lab = await WorkflowLab.start({ isNew: () => today, lists: true });
});
afterAll(() => lab.stop());

test('are read as all others are, while they run and when they have ended', async () => {
  const vars = { ARRAY: 'a'.repeat(10_000) };
  const sketch = frozenVm({
    methods: [{ kind: 'plugin', image: 'lab.drover.dev/offload-plugin:1', vars }],
    policy: {
      copyDeadlineSeconds: 30 * 86_400,
      verify: { by: 'console', pattern: '(?=up)', timeoutSeconds: 60 },
    },
  });
  const vm = {
    ...sketch,
    labels: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`l${at}`, 'x'])),
  };
  expect(readFields(INPUTS.migrateVm, vm).wrong).toMatch(/copyDeadlineSeconds.*pattern/);
  const world = lab.world(vm);
  world.console = { lines: ['login:'], note: null };
  const gate = world.script.hold('awaitPlugin', true);
  const handle = await lab.migrate(vm);
  await gate.reached;
  today = true;

  const { name } = vm.vm;
  world.copyLog = { attempt: 1, lines: ['half way'], note: null, running: true, next: 't1' };
  expect(await drover(lab.shell, 'logs', name)).toMatchObject({ code: 0, stdout: 'half way\n' });
  expect(await drover(lab.shell, 'console', name)).toEqual({ code: 0, stdout: 'login:\n', stderr: '' });
  expect(await drover(lab.shell, 'status', name)).toMatchObject({ code: 0, stderr: '' });

  gate.open();
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  expect(await drover(lab.shell, 'console', name)).toEqual({ code: 0, stdout: 'login:\n', stderr: '' });
  expect(await drover(lab.shell, 'status', name)).toMatchObject({ code: 0, stderr: '' });
  expect(await drover(lab.shell, 'logs', name)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('none has failed') as string,
  });
});

test('that are none say what is missing', async () => {
  const workflowId = 'migrate-vm/u/vm-1';
  await lab.client.workflow.start('migrateVm', { args: [{}], taskQueue: 'nobody', workflowId });
  const query = `WorkflowId = '${workflowId}'`;
  await eventually(async () => (await lab.client.workflow.count(query)).count > 0);
  const { code, stderr } = await drover(lab.shell, 'console', workflowId);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^drover: migrate-vm\/u\/vm-1 was started by another version of Drover: plan is missing; [^\n]+\n$/,
  );
});
