import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { packagePath } from '../../lab/package-path';
import {
  isRunning,
  killProcess,
  type ProcessSpec,
  startedIn,
  startProcess,
  startTimeIn,
  stopProcess,
} from '../../lab/process';
import { eventually } from '../support/eventually';

const logDir = mkdtempSync(join(tmpdir(), 'drover-process-'));
afterAll(() => rmSync(logDir, { recursive: true, force: true }));

function shell(name: string, script: string, more: Partial<ProcessSpec> = {}) {
  return startProcess({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    logDir,
    lifetime: 'caller',
    ...more,
  });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['stopped', stopProcess],
  ['killed', killProcess],
])('a %s process is gone with all the children of its group', async (how, end) => {
  const process = await shell(how, 'sleep 300 & echo $!; wait');
  const log = join(logDir, `${how}.log`);
  await eventually(() => readFileSync(log, 'utf8') !== '');
  await end(process);
  expect(isRunning(process)).toBe(false);
  const child = Number(readFileSync(log, 'utf8'));
  await eventually(() => !exists(child));
});

test.each([
  ['runs', 'S', 1, '125400'],
  ['was killed, and has a thread that still writes', 'Z', 2, '125400'],
  ['is a zombie', 'Z', 1, null],
  ['is just being removed', 'X', 0, null],
])('a process that %s has ended only with its last thread', (_, state, threads, startTime) => {
  const stat = `14556 (a ) b) ${state} 1 14511 11612 0 -1 4227084 593 0 0 0 0 0 0 0 20 0 ${threads} 0 125400 0 0`;
  expect(startTimeIn(stat)).toBe(startTime);
});

test('a process that ignores SIGTERM is killed once its grace is over', async () => {
  const process = await shell('stubborn', 'trap "" TERM; echo ready; while :; do sleep 0.1; done');
  await eventually(() => readFileSync(join(logDir, 'stubborn.log'), 'utf8').includes('ready'));
  await stopProcess(process, 100);
  expect(isRunning(process)).toBe(false);
  expect(await process.ended).toBe('signal SIGKILL');
});

test('a process that merely has the number of one of ours is left alone', async () => {
  const foreign = spawn('/bin/sleep', ['300'], { detached: true });
  await stopProcess({ name: 'ours', pid: foreign.pid ?? 0, startTime: '1' });
  expect(foreign.exitCode).toBeNull();
  expect(foreign.signalCode).toBeNull();
  foreign.kill('SIGKILL');
  await once(foreign, 'exit');
});

test('what was started in a folder is found there by whoever comes later', async () => {
  const process = await shell('known', 'sleep 300');
  const found = startedIn(logDir).find(({ name }) => name === 'known');
  expect(found).toEqual({ name: 'known', pid: process.pid, startTime: process.startTime });
  await stopProcess(process);
  expect(isRunning(process)).toBe(false);
});

test('a process says one thing over its channel and lives on without it', async () => {
  const script = join(logDir, 'says.js');
  writeFileSync(script, 'process.send({ ready: true }); setInterval(() => {}, 1000);');
  const said = await startProcess({
    name: 'says',
    command: process.execPath,
    args: [script],
    logDir,
    lifetime: 'itself',
    channel: true,
  });
  expect(await said.message).toEqual({ ready: true });
  expect(isRunning(said)).toBe(true);
  await stopProcess(said);
});

test('a program that does not exist is an error that names it', async () => {
  const start = startProcess({
    name: 'none',
    command: '/no/such/program',
    args: [],
    logDir,
    lifetime: 'itself',
  });
  await expect(start).rejects.toThrow('none could not be started');
});

test('a process that belongs to its caller ends when the caller is killed', async () => {
  const source = packagePath('lab', 'process.ts');
  const options = { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } } as const;
  writeFileSync(join(logDir, 'process.js'), transformFileSync(source, options).code);
  const script = `
    const { startProcess } = require(${JSON.stringify(join(logDir, 'process.js'))});
    const spec = { name: 'tied', command: '/bin/sleep', args: ['300'], logDir: ${JSON.stringify(logDir)} };
    startProcess({ ...spec, lifetime: 'caller' }).then(() => console.log('started'));
    setInterval(() => {}, 1000);`;
  const caller = spawn(process.execPath, ['-e', script]);
  await once(caller.stdout, 'data');
  const tied = startedIn(logDir).find(({ name }) => name === 'tied');
  expect(tied && isRunning(tied)).toBe(true);
  caller.kill('SIGKILL');
  await eventually(() => !exists(tied?.pid ?? 0));
});
