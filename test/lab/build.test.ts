import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intoFolder, runGo } from '../../lab/build';

const cache = mkdtempSync(join(tmpdir(), 'drover-build-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

test('a build that fails leaves nothing behind', async () => {
  const folder = join(cache, 'broken');
  const build = intoFolder(folder, async (fresh) => {
    writeFileSync(join(fresh, 'half'), '');
    await Promise.reject(new Error('no more disk'));
  });
  await expect(build).rejects.toThrow('no more disk');
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(cache)).toEqual([]);
});

test('of two builds at once the first to finish wins, and both succeed', async () => {
  const folder = join(cache, 'twice');
  const build = (text: string) =>
    intoFolder(folder, async (fresh) => {
      await Promise.resolve();
      writeFileSync(join(fresh, 'program'), text);
    });
  await Promise.all([build('first'), build('second')]);
  expect(readFileSync(join(folder, 'program'), 'utf8')).toBe('first');
  expect(readdirSync(cache)).toEqual(['twice']);
});

test('without Go the message says what it was for and where it is had', async () => {
  const run = runGo({
    title: 'building etcd',
    args: ['version'],
    cwd: cache,
    env: { PATH: '' },
    log: () => undefined,
  });
  await expect(run).rejects.toThrow(/^missing: go \(building etcd\); install Go .*go\.dev/);
});

test('a failing compiler is quoted', async () => {
  const run = runGo({ title: 'building etcd', args: ['no-such-verb'], cwd: cache, log: () => undefined });
  await expect(run).rejects.toThrow(/building etcd failed: .*unknown command/);
});

test('what is built says beforehand how long that usually takes', async () => {
  const said: string[] = [];
  const log = (line: string) => void said.push(line);
  await runGo({ title: 'building etcd', usualSeconds: 240, args: ['version'], cwd: cache, log });
  await runGo({ title: 'building more', usualSeconds: 45, args: ['version'], cwd: cache, log });
  expect(said.filter((line) => line.includes('once'))).toEqual([
    'building etcd, usually 4 min on 2 cores (once; it is kept for later)',
    'building more, usually 45 s on 2 cores (once; it is kept for later)',
  ]);
});
