import { runCli } from '../../client/cli';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { RecordingIo, drover } from './recording-io';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start({ lists: true });
});
afterAll(() => lab.stop());

/** Its target runs, and its guest has not come up. */
async function silentGuest() {
  const vm = frozenVm({ policy: { verify: { by: 'console', pattern: 'login:', timeoutSeconds: 60 } } });
  const world = lab.world(vm);
  world.script.fail('awaitGuestUp', 'GuestNotUp', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  return { name: vm.vm.name, world, handle };
}

test('does a phase again, and the record and the history say who wanted which, and why', async () => {
  const { name, handle } = await silentGuest();
  const word = ['--who', 'ann', '--why', 'the guest is mended'];
  const answer = await drover(lab.shell, 'reset', name, '--to', 'verify', ...word);
  expect(answer).toEqual({
    code: 0,
    stdout: `${name} goes back to before verify; look at it: drover status ${name}\n`,
    stderr: '',
  });
  await handle.result();
  expect((await drover(lab.shell, 'status', name)).stdout).toContain(
    'reset to verify by ann: the guest is mended',
  );
  expect((await drover(lab.shell, 'history', name)).stdout).toContain('reset to verify by ann');
});

test('asks before a target that has run is removed, and takes no silence for a yes', async () => {
  const { name, world, handle } = await silentGuest();
  const reset = ['reset', name, '--to', 'copy', '--why', 'it does not boot'];

  const script = await drover(lab.shell, ...reset);
  expect(script.code).toBe(2);
  expect(script.stderr).toMatch(
    /the target runs since .*what its guest wrote is lost; if that is right, say --yes/,
  );
  const refused = new RecordingIo(lab.shell, false);
  expect(await runCli(reset, refused)).toBe(0);
  expect(refused.questions).toEqual([
    expect.stringMatching(/what its guest wrote is lost; reset to copy\?$/),
  ]);
  expect(refused.stderr.text).toBe('nothing was done\n');
  expect(world.machine).toEqual({ running: true });

  const agreed = new RecordingIo(lab.shell, true);
  expect(await runCli(reset, agreed)).toBe(0);
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.log.filter((line) => line === 'machine started')).toHaveLength(2);
});

test('a reset that would do harm is refused in one line, with what would be right', async () => {
  const { name, handle } = await silentGuest();
  const { code, stderr } = await drover(lab.shell, 'reset', name, '--to', 'convert', '--why', 'once more');
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /can't be reset to convert: virt-v2v has changed the disks already.*reset to copy instead/,
  );
  expect(stderr.trim().split('\n')).toHaveLength(1);
  await handle.terminate();
});
