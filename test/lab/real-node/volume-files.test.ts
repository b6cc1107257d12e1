/** What the lab reads of a real node's volume that no Pod has mounted. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CSI_DRIVER } from '../../../lab/csi';
import { labLayout } from '../../../lab/layout';
import { VOLUMES } from '../../../lab/real-node/namespaces';
import { readRealVolume } from '../../../lab/real-node/volume-files';
import type { LabState } from '../../../lab/state';

const HANDLE = `vol-${'0'.repeat(32)}`;
const VOLUME = { spec: { volumeMode: 'Filesystem', csi: { driver: CSI_DRIVER, volumeHandle: HANDLE } } };

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-volume-files-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The volume's device gets a new file system with these files. */
function format(files: Readonly<Record<string, string>>): void {
  const content = mkdtempSync(join(dir, 'content-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(content, name), text);
  const folder = join(labLayout(dir).realNode, VOLUMES, HANDLE);
  mkdirSync(folder, { recursive: true });
  execFileSync('/sbin/mke2fs', ['-q', '-F', '-t', 'ext4', '-d', content, join(folder, 'disk'), '8M']);
  rmSync(content, { recursive: true });
}

const lab = () => ({ dir, processes: [] as LabState['processes'] }) as LabState;
const readText = () => readRealVolume(lab(), VOLUME, (file) => readFile(file, 'utf8'));

test('the image is read out of its file system, and no copy of it stays', async () => {
  format({ 'disk.img': 'first' });
  const before = readdirSync(dir);
  await expect(readText()).resolves.toBe('first');
  expect(readdirSync(dir)).toEqual(before);
});

test('an image that was there before is not taken for one that is there', async () => {
  format({ 'disk.img': 'first' });
  await readText();
  format({});
  await expect(readText()).rejects.toThrow('has no disk.img: ');
});

test('the volume of another driver is not read', async () => {
  const other = { spec: { csi: { driver: 'other.example.com', volumeHandle: HANDLE } } };
  await expect(readRealVolume(lab(), other, () => Promise.reject(new Error('read')))).resolves.toBeNull();
});
