import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../../lab/node/sandbox';
import type { SandboxSpec } from '../../../lab/node/sandbox-args';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-sandbox-'));
  mkdirSync(join(dir, 'root'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function begin(script: string, more: Partial<SandboxSpec> = {}) {
  let output = '';
  let said = () => {};
  /** Resolves at the first output. */
  const started = new Promise<void>((resolve) => (said = resolve));
  const take = (chunk: string) => {
    output += chunk;
    said();
  };
  const spec: SandboxSpec = {
    root: { folder: join(dir, 'root'), machineUsr: true },
    argv: ['/bin/sh', '-c', script],
    env: { PATH: '/usr/local/bin:/usr/bin' },
    workingDir: '/',
    hostname: 'sandbox',
    uid: 107,
    gid: 0,
    groups: [],
    mounts: [],
    readOnlyRoot: false,
    ...more,
  };
  const sandbox = startSandbox(spec, { stdout: take, stderr: take });
  return { sandbox, started, output: () => output };
}

/** All that a script says until it ends. */
async function shell(script: string, more: Partial<SandboxSpec> = {}): Promise<string> {
  const running = begin(script, more);
  await running.sandbox.ended;
  return running.output();
}

test('a container is process 1 of its own world and sees none of the machine’s files', async () => {
  writeFileSync(join(dir, 'secret'), 'of the machine');
  const output = await shell(`echo $$ $(hostname); ls ${dir} /home /root 2>&1 | grep -c 'No such file'`);
  expect(output).toBe('1 sandbox\n3\n');
});

test('scratch places can be written, and with a read-only root they can not', async () => {
  const script = 'touch /tmp/file /var/tmp/file 2>/dev/null && echo written || echo refused';
  expect(await shell(script)).toBe('written\n');
  expect(await shell(script, { readOnlyRoot: true })).toBe('refused\n');
});

test('a mount within a mount lies on top of it', async () => {
  const outer = join(dir, 'outer');
  const inner = join(dir, 'inner');
  mkdirSync(join(outer, 'sub'), { recursive: true });
  mkdirSync(inner);
  writeFileSync(join(outer, 'file'), 'outer ');
  writeFileSync(join(inner, 'file'), 'inner');
  execFileSync('chmod', ['-R', 'a+rX', dir]);
  const mounts = [
    { source: inner, target: '/data/sub', readOnly: true },
    { source: outer, target: '/data', readOnly: true },
  ];
  expect(await shell('cat /data/file /data/sub/file', { mounts })).toBe('outer inner');
});

test('no value of the environment shows in a command line', async () => {
  const env = { PATH: '/usr/local/bin:/usr/bin', PASSWORD: 'open-sesame' };
  const output = await shell('tr "\\0" " " < /proc/1/cmdline; echo $PASSWORD | wc -c', { env });
  expect(output).not.toContain('open-sesame');
  expect(output).toMatch(/12\n$/);
  const running = shell('read line < /dev/null; sleep 0.3', { env });
  expect(execFileSync('ps', ['ax', '-o', 'args='], { encoding: 'utf8' })).not.toContain('open-sesame');
  await running;
});

test('an order to end is heard by a program that takes long to listen', async () => {
  const { sandbox, started } = begin('echo up; sleep 3; trap "exit 7" TERM; while :; do sleep 0.05; done');
  await started;
  sandbox.terminate();
  expect(await sandbox.ended).toEqual({ kind: 'exited', exitCode: 7 });
});

test('a killed container has the exit code that a shell gives to SIGKILL, and takes its children along', async () => {
  const marker = `9${process.pid}`;
  const { sandbox, started } = begin(`sleep ${marker} & echo up; wait`);
  await started;
  sandbox.kill();
  expect(await sandbox.ended).toEqual({ kind: 'exited', exitCode: 137 });
  const processes = execFileSync('ps', ['ax', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  expect(processes).not.toContain(`sleep ${marker}`);
});
