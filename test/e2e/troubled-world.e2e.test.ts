/** What befalls the `drover` process from outside: disks that are full, servers that are silent, ports that are taken. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runDrover, startDrover } from '../support/drover-process';

const DROVER = join(__dirname, '..', '..', 'dist', 'client', 'drover.js');

let silent: Server;
let address: string;
beforeAll(async () => {
  silent = createServer((socket) => socket.unref()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => silent.close());

test('a full disk behind stdout is one line with an exit code of its own', async () => {
  const run = promisify(execFile)('sh', ['-c', '"$0" "$1" --help > /dev/full', process.execPath, DROVER]);
  await expect(run).rejects.toMatchObject({
    code: 74,
    stderr: "drover: the output can't be written (no space is left); migrations go on\n",
  });
});

test('a stdout that is lost, as a terminal is, is one line with that exit code, too', async () => {
  // Nothing can be written there: the shell's own memory, from address 0 on.
  const lost = '"$0" "$1" --help > /proc/$$/mem; exit $?';
  const run = promisify(execFile)('sh', ['-c', lost, process.execPath, DROVER]);
  await expect(run).rejects.toMatchObject({
    code: 74,
    stderr: "drover: the output can't be written (EIO); migrations go on\n",
  });
});

test('a full disk behind stderr changes no exit code', async () => {
  const run = promisify(execFile)('sh', ['-c', '"$0" "$1" statsu 2> /dev/full', process.execPath, DROVER]);
  await expect(run).rejects.toMatchObject({ code: 2 });
});

test('a command that never comes to its end, and waits for nothing any more, does not pass for done', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-unfinished-'));
  const preload = join(dir, 'preload.cjs');
  const cli = JSON.stringify(join(dirname(DROVER), 'cli.js'));
  writeFileSync(preload, `require(${cli}).runCli = () => new Promise(() => {});`);
  try {
    expect(await runDrover(['status'], { NODE_OPTIONS: `--require=${preload}` })).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/^drover: unexpected: the command waits, [^\n]+\n$/) as string,
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.each([[['status']], [['worker']]])(
  'a Temporal that accepts the connection and never answers ends %j in one line',
  async (args) => {
    const { code, stderr } = await runDrover(args, { TEMPORAL_ADDRESS: address });
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^drover: Temporal can't be reached at \S+: something accepts the connection [^\n]+\n$/,
    );
  },
);

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends a worker that still connects, not Temporal that stays silent',
  async (signal) => {
    const worker = spawn(process.execPath, [DROVER, 'worker'], {
      env: { ...process.env, TEMPORAL_ADDRESS: address },
    });
    await once(silent, 'connection');
    worker.kill(signal);
    // Where the connection's own time-out ends it, as above, it has another code.
    expect(await once(worker, 'exit')).toEqual([0, null]);
  },
);

test('a port for metrics that is taken is one line', async () => {
  const env = { TEMPORAL_ADDRESS: address, DROVER_METRICS: address };
  expect(await runDrover(['worker'], env)).toEqual({
    code: 2,
    stdout: '',
    stderr: `drover: metrics can't be offered on ${address} (Address already in use); set DROVER_METRICS to a free port\n`,
  });
});

test('a variable that means nothing is one line, before a worker connects', async () => {
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_TLS: 'banana' };
  expect(await runDrover(['worker'], env)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'drover: TEMPORAL_TLS is "banana"; set it to true or false, or leave it out\n',
  });
});

test('a worker that can not use its address ends, and does not hang', async () => {
  const worker = startDrover(['worker'], { TEMPORAL_ADDRESS: 'http://localhost:7233' });
  expect((await worker.ended).code).toBe(2);
});
