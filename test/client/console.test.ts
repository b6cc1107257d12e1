import { BY_IMPORT, frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start({ lists: true });
});
afterAll(() => lab.stop());

/** A VM that was migrated, with what its target says. */
async function migrated() {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = lab.world(vm);
  await (await lab.migrate(vm)).result();
  return { name: vm.vm.name, world };
}

test("prints the target's last lines, as many as were asked for", async () => {
  const { name, world } = await migrated();
  world.console = { lines: ['one', 'two', 'three'], note: null };
  expect(await drover(lab.shell, 'console', name)).toEqual({
    code: 0,
    stdout: 'one\ntwo\nthree\n',
    stderr: '',
  });
  expect((await drover(lab.shell, 'console', name, '-n', '2')).stdout).toBe('two\nthree\n');
});

test('asks for no fewer than one line and no more than an answer may hold', async () => {
  const { name, world } = await migrated();
  const asked: number[] = [];
  world.script.run('readConsole', ([request]) => asked.push((request as { lines: number }).lines));
  for (const lines of ['0', '-3', '1.9', '1000000', 'many']) {
    const answer = await drover(lab.shell, 'console', name, '-n', lines);
    expect(answer).toMatchObject({ code: 2, stderr: expect.stringMatching(/-n|--lines/) as string });
  }
  for (const lines of ['1', '2000']) await drover(lab.shell, 'console', name, '-n', lines);
  await drover(lab.shell, 'console', name);
  expect(asked).toEqual([1, 2000, 100]);
});

test('says on stderr why there are no lines, and leaves stdout to them', async () => {
  const { name, world } = await migrated();
  world.console = { lines: [], note: 'the target does not run' };
  const answer = await drover(lab.shell, 'console', name);
  expect(answer).toEqual({ code: 0, stdout: '', stderr: `${name}: the target does not run\n` });
});

test('gives scripts the whole page', async () => {
  const { name, world } = await migrated();
  world.console = { lines: ['login:'], note: null };
  const { stdout } = await drover(lab.shell, 'console', name, '-o', 'json');
  expect(JSON.parse(stdout)).toEqual(world.console);
});

test('says what the cluster refused and what to do, and prints nothing', async () => {
  const { name, world } = await migrated();
  world.script.fail('readConsole', 'TargetRightsMissing');
  const answer = await drover(lab.shell, 'console', name);
  expect(answer.code).not.toBe(0);
  expect(answer.stdout).toBe('');
  expect(answer.stderr).toMatch(/readConsole was told to fail; give Drover's account the named right/);
});

test('a VM that was never migrated has no console', async () => {
  const answer = await drover(lab.shell, 'console', 'nobody');
  expect(answer).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('nobody') as string });
});
