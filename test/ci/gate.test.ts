/** What `.ci/run` makes of the results that Jest wrote. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'drover-gate-'))));
afterAll(() => rmSync(dir, { recursive: true }));

const CI = join(__dirname, '..', '..', '.ci');

type Outcome = 'passed' | 'failed';

/** Results of files, of which each has tests by their names; a file without tests could not be run. */
function results(name: string, files: Record<string, Record<string, Outcome>>): string {
  const testResults = Object.entries(files).map(([file, tests]) => ({
    name: file,
    status: Object.values(tests).every((outcome) => outcome === 'passed') && tests.t ? 'passed' : 'failed',
    message: 'could not be run',
    assertionResults: Object.entries(tests).map(([fullName, status]) => ({
      fullName,
      status,
      failureMessages: status === 'failed' ? [`why ${fullName}`] : [],
    })),
  }));
  const path = join(dir, name);
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

function run(script: string, ...args: string[]): { code: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [join(CI, script), ...args], { encoding: 'utf8' });
  return { code: status, lines: stdout.split('\n').filter((line) => line !== '') };
}

function report(...commands: { name: string; exit: number; results?: string; second?: string }[]) {
  return run('report.mjs', JSON.stringify(commands));
}

test('it passes where every test and every command passed, and counts both', () => {
  const { code, lines } = report(
    { name: 'npm test', exit: 0, results: results('good', { a: { t: 'passed', u: 'passed' } }) },
    { name: 'npm run check', exit: 0 },
  );
  expect(lines).toEqual(['npm test: ok', 'npm run check: ok', '4 passed, 0 failed']);
  expect(code).toBe(0);
});

test('it fails with what failed, be it a test or a file that could not be run', () => {
  const bad = results('bad', { a: { t: 'passed', u: 'failed' }, b: {} });
  const { code, lines } = report({ name: 'npm test', exit: 1, results: bad });
  expect(lines).toEqual([
    'failed: a: u',
    'why u',
    'failed: b',
    'could not be run',
    'npm test: failed',
    '1 passed, 3 failed',
  ]);
  expect(code).toBe(1);
});

test('what passes when it is run alone is named as flaky, with how it failed', () => {
  const { code, lines } = report({
    name: 'npm test',
    exit: 0,
    results: results('first', { a: { t: 'passed', u: 'failed' }, b: { t: 'passed' } }),
    second: results('second', { a: { t: 'passed', u: 'passed' } }),
  });
  expect(lines).toEqual(['flaky: a: u', 'why u', 'npm test: ok', '4 passed, 0 failed']);
  expect(code).toBe(0);
});

test('what fails when it is run alone, too, has failed', () => {
  const { code, lines } = report({
    name: 'npm test',
    exit: 1,
    results: results('once', { a: { t: 'failed', u: 'failed' } }),
    second: results('twice', { a: { t: 'passed', u: 'failed' } }),
  });
  expect(lines).toEqual([
    'flaky: a: t',
    'why t',
    'failed: a: u',
    'why u',
    'npm test: failed',
    '1 passed, 2 failed',
  ]);
  expect(code).toBe(1);
});

test('a command that wrote no results has failed, whatever its exit code', () => {
  const { code, lines } = report({ name: 'npm run test:guest', exit: 0, results: join(dir, 'none') });
  expect(lines).toEqual(['npm run test:guest: failed', '0 passed, 1 failed']);
  expect(code).toBe(1);
});

test('a machine where no engine can run is said, and fails nothing', () => {
  const skipped = join(dir, 'skipped');
  writeFileSync(skipped, JSON.stringify({ skipped: 'no namespaces' }));
  const { code, lines } = report(
    { name: 'npm run test:engine', exit: 0, results: skipped },
    { name: 'npm run check', exit: 0 },
  );
  expect(lines).toEqual([
    'npm run test:engine: skipped: no namespaces',
    'npm run check: ok',
    '1 passed, 0 failed',
  ]);
  expect(code).toBe(0);
});

test('files that failed are run alone where they are few, and where they are many none is', () => {
  const failing = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, number) => [`f${number}`, { t: 'failed' as const }]),
    );
  const few = results('few', { ...failing(5), good: { t: 'passed' } });
  expect(run('failed-files.mjs', few).lines).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
  expect(run('failed-files.mjs', results('many', failing(6))).lines).toEqual([]);
});
