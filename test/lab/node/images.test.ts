import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runImage, type RunningImage } from './run-image';
import { eventually } from '../../support/eventually';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-images-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function disk(mode: number) {
  const source = join(dir, 'block');
  writeFileSync(source, Buffer.alloc(512));
  chmodSync(source, mode);
  return { source, target: '/dev/disk0', readOnly: false };
}

async function untilOutput(running: RunningImage, text: string): Promise<void> {
  await eventually(() => running.output().includes(text));
}

test('a guest runs until it is asked to shut down', async () => {
  const running = runImage({ image: 'virt-launcher', args: ['/dev/disk0'], mounts: [disk(0o666)] });
  await untilOutput(running, 'guest running with 1 disks');
  running.sandbox.terminate();
  const { end, output } = await running.ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(output).toContain('guest shutdown');
});

test('a guest that may not write its disk never runs', async () => {
  const { end, terminationMessage } = await runImage({
    image: 'virt-launcher',
    args: ['/dev/disk0'],
    mounts: [disk(0o400)],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toBe('cannot open /dev/disk0\n');
});

test('a pause ends when it is asked to, and not before', async () => {
  const running = runImage({ image: 'pause' });
  const early = await Promise.race([
    running.ended,
    new Promise((resolve) => setTimeout(resolve, 200, 'still there')),
  ]);
  expect(early).toBe('still there');
  running.sandbox.terminate();
  expect((await running.ended).end).toEqual({ kind: 'exited', exitCode: 0 });
});

test('an order to end is heard even where it comes before the program', async () => {
  const running = runImage({ image: 'pause' });
  running.sandbox.terminate();
  expect((await running.ended).end).toEqual({ kind: 'exited', exitCode: 0 });
});

test('a mount whose source is missing is a start that failed, with the reason', async () => {
  const missing = join(dir, 'none');
  const { end } = await runImage({
    image: 'pause',
    mounts: [{ source: missing, target: '/data', readOnly: true }],
  }).ended;
  expect(end.kind).toBe('notStarted');
  expect(end.kind === 'notStarted' && end.message).toContain(missing);
});
