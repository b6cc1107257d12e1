import { runCli } from '../../client/cli';
import { abortUpdate, stateQuery } from '../../workflows/temporal-api';
import type { FailureKind } from '../../plan/failures';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../support/workflow-lab';
import { RecordingIo, drover, type CliAnswer } from './recording-io';

let lab: WorkflowLab;
beforeEach(async () => {
  lab = await WorkflowLab.start();
});
afterEach(() => lab.stop());

interface Parked {
  name: string;
  handle: MigrationHandle;
}

/** Fails once, and again only where the cause stays. */
async function parked(kind: FailureKind, times = 1): Promise<Parked> {
  const vm = frozenVm();
  lab.world(vm).script.fail('checkTarget', kind, { times });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  return { name: vm.vm.name, handle };
}

/** Visibility lags behind. */
async function listed(count: number): Promise<void> {
  await eventually(async () => {
    const { stdout } = await drover(lab.shell, 'status', '-o', 'json');
    return (
      (JSON.parse(stdout) as { attention: unknown }[]).filter((vm) => vm.attention !== null).length === count
    );
  });
}

async function answered(
  answer: boolean | null,
  ...args: string[]
): Promise<CliAnswer & { questions: string[] }> {
  const io = new RecordingIo(lab.shell, answer);
  const code = await runCli(args, io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text, questions: io.questions };
}

async function needsAttention({ handle }: Parked): Promise<boolean> {
  return (await handle.query(stateQuery)).attention !== null;
}

test('all VMs that are parked with one kind go on, after a yes, and no other does', async () => {
  const quota = [await parked('QuotaExceeded'), await parked('QuotaExceeded')];
  const other = await parked('TargetLeftOver');
  await listed(3);
  const { code, stdout, stderr, questions } = await answered(
    true,
    ...['retry', '--all', '--kind', 'QuotaExceeded', '--why', 'quota raised'],
  );
  expect(code).toBe(0);
  expect(questions).toEqual(['retry 2 VMs?']);
  for (const { name, handle } of quota) {
    expect(stderr).toContain(name);
    expect(stdout).toMatch(new RegExp(`${name} +done +goes on at check`));
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  }
  expect(stdout).not.toContain(other.name);
  expect(await needsAttention(other)).toBe(true);
});

test('all of them go on with something changed, where it fits every VM', async () => {
  const both = [await parked('QuotaExceeded'), await parked('QuotaExceeded')];
  await listed(2);
  const all = ['retry', '--all', '--why', 'slow line'];
  const ofDisk = await answered(true, ...all, '--set', 'disk.0.fallback=import');
  expect(ofDisk.code).toBe(2);
  expect(ofDisk.stderr).toContain("disk.0.fallback is of one VM's disk: name the VM instead of --all");

  const { code, questions } = await answered(
    true,
    ...all,
    ...['--set', 'copyDeadline=48h', '--set', 'stallDeadline=never'],
  );
  expect(code).toBe(0);
  expect(questions).toEqual(['retry 2 VMs with copyDeadline=48h stallDeadline=never?']);
  for (const { handle } of both) {
    const changes = [{ key: 'copyDeadline', before: '600s', after: '172800s' }, { key: 'stallDeadline' }];
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded', decisions: [{ changes }] });
  }
});

test.each([
  ['a no', false, 0, 'nothing was done'],
  ['nobody to ask', null, 2, 'say --yes'],
] as const)('after %s nothing is done', async (_, answer, exit, words) => {
  const vm = await parked('QuotaExceeded');
  await listed(1);
  const { code, stdout, stderr } = await answered(answer, 'abort', '--all', '--why', 'wrong array');
  expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
  expect(stderr).toContain(words);
  expect(await needsAttention(vm)).toBe(true);
});

/** Given up already, and parked once more on its way back. */
async function parkedAtRestore(): Promise<Parked> {
  const vm = frozenVm();
  const { script } = lab.world(vm);
  script.fail('bindVolumes', 'QuotaExceeded');
  script.fail('removeEverything', 'TargetRightsMissing');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await eventually(async () => (await handle.query(stateQuery)).attention?.phase === 'restore');
  return { name: vm.vm.name, handle };
}

test('says of each VM what became of it, as JSON too, and a script asks nobody', async () => {
  const [back, fresh] = [await parkedAtRestore(), await parked('QuotaExceeded')];
  await listed(2);
  const { code, stdout, questions } = await answered(
    null,
    ...['abort', '--all', '--yes', '--why', 'not today', '-o', 'json'],
  );
  const all = JSON.parse(stdout) as { vm: string; done: boolean; result: string }[];
  const of = (name: string) => all.find(({ vm }) => vm === name);
  expect(of(fresh.name)).toMatchObject({ done: true });
  expect(of(back.name)).toMatchObject({
    done: false,
    result: expect.stringContaining('is being given up already') as string,
  });
  expect({ code, questions }).toEqual({ code: 2, questions: [] });
  expect(await fresh.handle.result()).toMatchObject({ outcome: 'aborted' });
});

test('with nobody parked there is nothing to do', async () => {
  const answer = await answered(null, 'retry', '--all', '--why', 'x');
  expect(answer).toMatchObject({ code: 0, stdout: 'no VM is parked so\n' });
});

test.each([
  [['retry', '--why', 'x'], 'name a VM, or say --all'],
  [['retry', 'web-01', '--all', '--why', 'x'], 'go without a VM'],
  [['abort', 'web-01', '--kind', 'CopyFailed', '--why', 'x'], 'go without a VM'],
  [['abort', '--all', '--kind', 'Tuesday', '--why', 'x'], 'Invalid values'],
  [['abort', '--all'], 'say why'],
])('%j is refused', async (args, words) => {
  expect(await answered(null, ...args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(words) as string,
  });
});
