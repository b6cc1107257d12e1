/** The rows of boundaries.json, as lint applies them to small trees of files with an import each. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packagePath } from '../../lab/package-path';

const EXPORTS = 'export const value = 1;\nexport interface Shape {\n  size: number;\n}\n';
/** What the probes import: a file of each folder. */
const TARGETS = [
  'plan/names.ts',
  'plan/resolve/freeze-vm.ts',
  'workflows/temporal-api.ts',
  'activities/failure.ts',
  'client/errors.ts',
  'client/connect.ts',
  'client/commands/logs.ts',
  'workers/options.ts',
  'kit/site.ts',
  'images/main.ts',
  'lab/cli.ts',
  'test/support/eventually.ts',
];

interface Report {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

/** Files with what they hold → the imports that are refused, as `from -> to`. */
async function refused(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'drover-boundaries-'));
  try {
    symlinkSync(packagePath('node_modules'), join(root, 'node_modules'));
    const all = { ...Object.fromEntries(TARGETS.map((path) => [path, EXPORTS])), ...files };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { summary } = await cruise(root, [
      ...new Set(Object.keys(all).map((path) => path.split('/')[0] ?? '')),
    ]);
    return summary.violations.map(({ from, to }) => `${from} -> ${to}`).sort();
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function cruise(root: string, folders: string[]): Promise<Report> {
  const config = packagePath('.dependency-cruiser.mjs');
  const command = packagePath('node_modules', '.bin', 'depcruise');
  const options = ['--config', config, '--output-type', 'json', ...folders];
  return JSON.parse((await promisify(execFile)(command, options, { cwd: root })).stdout) as Report;
}

function valueFrom(path: string): string {
  return `import { value } from '${path}';\nexport const copy = value;\n`;
}

function typeFrom(path: string): string {
  return `import type { Shape } from '${path}';\nexport type Copy = Shape;\n`;
}

test('lint refuses what a folder may not import, at every depth', async () => {
  const probes: [file: string, path: string, to: string][] = [
    ['plan/a.ts', '../activities/failure', 'activities/failure.ts'],
    ['plan/b.ts', '../lab/cli', 'lab/cli.ts'],
    ['plan/c.ts', './resolve/../../lab/cli', 'lab/cli.ts'],
    ['plan/resolve/a.ts', '../../activities/failure', 'activities/failure.ts'],
    ['plan/resolve/b.ts', '../../workflows/temporal-api', 'workflows/temporal-api.ts'],
    ['plan/resolve/c.ts', '../../client/connect', 'client/connect.ts'],
    ['activities/a.ts', '../client/errors', 'client/errors.ts'],
    ['activities/b.ts', '../workflows/temporal-api', 'workflows/temporal-api.ts'],
    ['activities/kubernetes/objects/a.ts', '../../../workflows/temporal-api', 'workflows/temporal-api.ts'],
    ['client/a.ts', '../activities/failure', 'activities/failure.ts'],
    ['client/b.ts', '../lab/cli', 'lab/cli.ts'],
    ['client/render/a.ts', '../../workers/options', 'workers/options.ts'],
    ['client/commands/a.ts', '../../activities/failure', 'activities/failure.ts'],
    ['workflows/deep/a.ts', '../../client/connect', 'client/connect.ts'],
    ['workflows/deep/b.ts', '../../activities/failure', 'activities/failure.ts'],
    ['workers/a.ts', '../lab/cli', 'lab/cli.ts'],
    ['kit/a.ts', '../client/errors', 'client/errors.ts'],
    ['images/conversion/a.ts', '../../plan/names', 'plan/names.ts'],
    ['lab/deep/a.ts', '../../test/support/eventually', 'test/support/eventually.ts'],
    ['lab/chaos/check/a.ts', '../../../plan/names', 'plan/names.ts'],
    ['lab/chaos/check/b.ts', '../../cli', 'lab/cli.ts'],
    ['unknown/a.ts', '../plan/names', 'plan/names.ts'],
  ];
  const files = Object.fromEntries(probes.map(([file, path]) => [file, valueFrom(path)]));
  expect(await refused(files)).toEqual(probes.map(([file, , to]) => `${file} -> ${to}`).sort());
});

test('where only types are allowed lint lets types pass, and elsewhere it refuses them, too', async () => {
  const files = {
    'workflows/a.ts': typeFrom('../activities/failure'),
    'client/render/a.ts': typeFrom('../../activities/failure'),
    'plan/a.ts': typeFrom('../activities/failure'),
    'activities/a.ts': typeFrom('../client/errors'),
  };
  expect(await refused(files)).toEqual([
    'activities/a.ts -> client/errors.ts',
    'plan/a.ts -> activities/failure.ts',
  ]);
});

test('lint refuses packages, and what Node brings, where a row names others', async () => {
  const files = {
    'plan/a.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'plan/b.ts': "import { readFileSync } from 'fs';\nexport const read = readFileSync;\n",
    'plan/c.ts': "import { z } from 'zod';\nexport const text = z.string();\n",
    'workflows/a.ts': "import { Client } from '@temporalio/client';\nexport const Other = Client;\n",
    'images/conversion/a.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'lab/chaos/check/a.ts': "import { z } from 'zod';\nexport const text = z.string();\n",
  };
  expect(await refused(files)).toEqual([
    expect.stringMatching(/^lab\/chaos\/check\/a\.ts -> /),
    'plan/a.ts -> fs',
    'plan/b.ts -> fs',
    expect.stringMatching(/^workflows\/a\.ts -> /),
  ]);
});

test('lint refuses a circle, also one of types', async () => {
  const files = {
    'plan/a.ts': "import type { B } from './b';\nexport interface A {\n  b: B;\n}\n",
    'plan/b.ts': "import type { A } from './a';\nexport interface B {\n  a: A | null;\n}\n",
  };
  expect(await refused(files)).toEqual(expect.arrayContaining(['plan/a.ts -> plan/b.ts']));
});
