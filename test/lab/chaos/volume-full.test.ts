/** The volume of a running import has no room any more. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMPORTER, volumeFull } from '../../../lab/chaos/faults/containers';
import type { World } from '../../../lab/chaos/faults/fault';
import { Random } from '../../../lab/random';

/** Writes a MiB for each line that it hears. It is known as an importer by its name. */
const SCRIPT = `
const { openSync, writeSync } = require('node:fs');
const volume = openSync(process.argv[1], 'w');
console.log('ready');
process.stdin.on('data', () => {
  try {
    for (let done = 0; done < 1 << 20;) done += writeSync(volume, Buffer.alloc(64 << 10));
    console.log('written');
  } catch (error) {
    console.log(error.code);
  }
});`;

/** This very process stands for the node below which importers run. */
const world = { parts: new Map([['outside', { pid: process.pid }]]) } as unknown as World;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-full-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Where this is root, importers run as another user, as those of a Pod. */
const USER = process.getuid?.() === 0 ? { uid: 107, gid: 107 } : {};

test('what the importer writes from then on is refused, and what it has written stays', async () => {
  const file = join(dir, 'disk.img');
  chmodSync(dir, 0o777);
  const importer = spawn(process.execPath, ['-e', SCRIPT, file, ...IMPORTER], USER);
  const said = async () => String((await once(importer.stdout, 'data'))[0]).trim();
  const write = async () => {
    const answer = said();
    importer.stdin.write('more\n');
    return answer;
  };
  try {
    expect(await said()).toBe('ready');
    expect(await write()).toBe('written');
    const aim = await volumeFull.aim(world, new Random(1));
    expect(aim?.on).toBe(`process ${importer.pid}`);
    await aim?.begin();
    expect(await write()).toBe('EFBIG');
    expect(readFileSync(file)).toHaveLength(1 << 20);
  } finally {
    importer.kill('SIGKILL');
  }
});

test('where nothing is imported, nothing is struck', async () => {
  expect(await volumeFull.aim(world, new Random(1))).toBeNull();
});
