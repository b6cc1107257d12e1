import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageRecipe } from '../../lab/image-folder';
import { labImage, provideImages, startLabRegistry } from '../../lab/lab-images';
import { packagePath } from '../../lab/package-path';
import { pushImage } from '../../lab/push-image';
import type { Registry } from '../../lab/registry';

const MADE_WITHIN_MS = 300_000;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

let dir: string;
let registry: Registry;
const lines: string[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-lab-images-'));
  await provideImages(() => undefined);
  registry = await startLabRegistry({ dir: join(dir, 'registry') }, (line) => lines.push(line));
}, MADE_WITHIN_MS);
afterAll(async () => {
  await registry?.stop();
  rmSync(dir, { recursive: true });
});

async function digestOf(repository: string): Promise<string | null> {
  const url = `http://${registry.host}/v2/${repository}/manifests/1`;
  return (await fetch(url, { headers: { accept: MANIFEST } })).headers.get('docker-content-digest');
}

test('every folder with an image.json is an image of the lab’s registry, under the folder’s name', async () => {
  const folder = packagePath('lab', 'images');
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'image.json')));
  // What needs the compiled product is left out where nobody has compiled it.
  const left = names.filter((name) =>
    lines.some((line) => line.startsWith(`the image ${name} is left out:`)),
  );
  const catalog = (await (await fetch(`http://${registry.host}/v2/_catalog`)).json()) as object;
  expect(catalog).toEqual({ repositories: names.filter((name) => !left.includes(name)).sort() });
  expect(await digestOf('offload-plugin')).toMatch(/^sha256:/);
  expect(labImage(registry.host, 'offload-plugin')).toBe(`${registry.host}/offload-plugin:1`);
});

test('what was made once is not made again', () => {
  expect(lines.filter((line) => line.startsWith('making'))).toEqual([]);
});

test('what somebody pushes to one lab’s registry is not in another’s', async () => {
  const before = await digestOf('pause');
  await pushImage({ entrypoint: ['/other'] }, { reference: labImage(registry.host, 'pause') });
  expect(await digestOf('pause')).not.toBe(before);
  await registry.stop();
  registry = await startLabRegistry({ dir: join(dir, 'another') }, () => undefined);
  expect(await digestOf('pause')).toBe(before);
});

test('a folder anywhere becomes an image, and its archive is that image', async () => {
  const folder = join(dir, 'folder');
  mkdirSync(folder);
  const config = { base: ['shell'], entrypoint: ['/image/run.sh'], files: { '/srv/notes': './notes' } };
  writeFileSync(join(folder, 'image.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\ncat /srv/notes\n', { mode: 0o755 });
  writeFileSync(join(folder, 'notes'), 'notes');
  const recipe = await imageRecipe(folder);
  const archive = join(dir, 'folder.tar');
  expect(await pushImage(recipe, { archive })).toBe(
    await pushImage(recipe, { reference: `${registry.host}/vendor/folder:1` }),
  );
  expect(statSync(archive).size).toBeGreaterThan(0);
});

test.each([
  [{ base: ['windows'] }, /image\.json: base windows: there is no such base/],
  [{ files: { '/opt': './nowhere' } }, /missing: .*\/nowhere, which an image of the lab holds/],
])('a folder that says %j is refused with the reason', async (config, reason) => {
  const folder = mkdtempSync(join(dir, 'bad-'));
  writeFileSync(join(folder, 'image.json'), JSON.stringify(config));
  await expect(imageRecipe(folder)).rejects.toThrow(reason);
});
