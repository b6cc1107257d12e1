/** The lab's registry, seen by a client that speaks the protocol and nothing else. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { copyImage, type ImageRecipe, pushImage, thisPlatform } from '../../lab/push-image';
import { type Registry, type RegistryOptions, startRegistry } from '../../lab/registry';

const BUILD_TIMEOUT_MS = 300_000;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const ADA = { username: 'ada', password: 'rather secret' };
const USERS = { [ADA.username]: ADA.password };

const dir = mkdtempSync(join(tmpdir(), 'drover-registry-'));
const running: Registry[] = [];
let open: Registry;

beforeAll(async () => {
  open = await start('open', {});
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await Promise.all(running.map((registry) => registry.stop()));
  rmSync(dir, { recursive: true });
});

async function start(name: string, options: Omit<RegistryOptions, 'dir'>): Promise<Registry> {
  const registry = await startRegistry({ dir: join(dir, name), ...options });
  running.push(registry);
  return registry;
}

const HELLO: ImageRecipe = {
  layers: [{ entries: [{ path: '/etc/hello', content: 'hello\n' }] }],
  entrypoint: ['/bin/hello'],
  env: { GREETING: 'hello' },
  user: '107',
  workingDir: '/etc',
};

interface Manifest {
  config: { digest: string };
  layers: { digest: string; mediaType: string }[];
}

async function get(path: string, accept = MANIFEST): Promise<Buffer> {
  const response = await fetch(`http://${open.host}/v2/${path}`, { headers: { accept } });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function json<T>(path: string, accept?: string): Promise<T> {
  return JSON.parse((await get(path, accept)).toString()) as T;
}

test('an image is there by its tag and by its digest, with the configuration that was asked for', async () => {
  const digest = await pushImage(HELLO, { reference: `${open.host}/greetings/hello:1` });
  const byTag = await get('greetings/hello/manifests/1');
  expect(`sha256:${createHash('sha256').update(byTag).digest('hex')}`).toBe(digest);
  expect(await get(`greetings/hello/manifests/${digest}`)).toEqual(byTag);
  const manifest = JSON.parse(byTag.toString()) as Manifest;
  const config = await json(`greetings/hello/blobs/${manifest.config.digest}`);
  expect(config).toMatchObject({
    os: 'linux',
    architecture: thisPlatform().split('/')[1],
    config: { Entrypoint: ['/bin/hello'], Env: ['GREETING=hello'], User: '107', WorkingDir: '/etc' },
  });
});

test('the same recipe is the same image, whenever it is made', async () => {
  const folder = join(dir, 'sources');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  writeFileSync(join(folder, 'deep', 'file'), 'one');
  const recipe: ImageRecipe = { layers: [{ entries: [{ path: '/opt', source: folder }] }] };
  const first = await pushImage(recipe, { reference: `${open.host}/same:1` });
  writeFileSync(join(folder, 'deep', 'file'), 'one');
  expect(await pushImage(recipe, { reference: `${open.host}/same:2` })).toBe(first);
  writeFileSync(join(folder, 'deep', 'file'), 'two');
  expect(await pushImage(recipe, { reference: `${open.host}/same:3` })).not.toBe(first);
});

test('a layer holds files, folders and links as they are, and all belong to root', async () => {
  const folder = join(dir, 'tree');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', 'run'), '#!/bin/sh\n', { mode: 0o755 });
  const entries = [
    { path: '/opt/tree', source: folder },
    { path: '/run', link: 'opt/tree/bin/run' },
    { path: '/tmp', directory: true, mode: 0o1777 } as const,
  ];
  await pushImage({ layers: [{ entries }] }, { reference: `${open.host}/tree:1` });
  const { layers } = await json<Manifest>('tree/manifests/1');
  const layer = gunzipSync(await get(`tree/blobs/${layers[0]?.digest}`));
  const listed = execFileSync('tar', ['-tv', '--numeric-owner'], { input: layer }).toString();
  expect(listed.trim().split('\n').map(withoutDate)).toEqual([
    'drwxr-xr-x 0/0 opt/',
    'drwxr-xr-x 0/0 opt/tree/',
    'drwxr-xr-x 0/0 opt/tree/bin/',
    '-rwxr-xr-x 0/0 opt/tree/bin/run',
    'lrwxrwxrwx 0/0 run -> opt/tree/bin/run',
    'drwxrwxrwt 0/0 tmp/',
  ]);
});

function withoutDate(line: string): string {
  return line.replace(/ +\d+ [\d-]+ [\d:]+ /, ' ');
}

test('an image for several platforms is an index', async () => {
  const platforms = ['linux/amd64', 'linux/arm64'];
  const digest = await pushImage({ ...HELLO, platforms }, { reference: `${open.host}/several:1` });
  const index = await json<{ manifests: { platform: object }[] }>(`several/manifests/${digest}`, INDEX);
  expect(index.manifests.map(({ platform }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm64', os: 'linux' },
  ]);
});

test('an image can be a layout or an archive instead', async () => {
  const layout = join(dir, 'layout');
  const archive = join(dir, 'hello.tar');
  const digest = await pushImage(HELLO, { layout });
  expect(await pushImage(HELLO, { archive })).toBe(digest);
  const index = readFileSync(join(layout, 'index.json'));
  expect(index.toString()).toContain(digest);
  expect(execFileSync('tar', ['-xOf', archive, 'index.json'])).toEqual(index);
});

test.each(['basic', 'token'] as const)('by %s login only who has the password gets in', async (by) => {
  const registry = await start(by, { login: { by, users: USERS } });
  const reference = `${registry.host}/private/hello:1`;
  await expect(pushImage(HELLO, { reference })).rejects.toThrow(/UNAUTHORIZED|401/i);
  const wrong = { ...ADA, password: 'wrong' };
  await expect(pushImage(HELLO, { reference, login: wrong })).rejects.toThrow(/UNAUTHORIZED|401/i);
  expect(await pushImage(HELLO, { reference, login: ADA })).toMatch(/^sha256:[0-9a-f]{64}$/);
  const response = await fetch(`http://${registry.host}/v2/private/hello/manifests/1`);
  expect(response.status).toBe(401);
  const scheme = by === 'basic' ? /^Basic / : /^Bearer .*scope="repository:private\/hello:pull"/;
  expect(response.headers.get('www-authenticate')).toMatch(scheme);
});

test('one without TLS takes images also at an address that is not the usual one of loopback', async () => {
  const registry = await start('elsewhere', { address: '127.0.0.2' });
  expect(await pushImage(HELLO, { reference: `${registry.host}/hello:1` })).toMatch(/^sha256:/);
});

test('https is trusted by the authority that the registry names, and by no other', async () => {
  const registry = await start('tls', { tls: true });
  const reference = `${registry.host}/hello:1`;
  await expect(pushImage(HELLO, { reference })).rejects.toThrow('certificate');
  await pushImage(HELLO, { reference, ca: registry.ca });
  const status = await new Promise((resolve, reject) => {
    const url = `https://${registry.host}/v2/hello/manifests/1`;
    const options = { ca: readFileSync(registry.ca ?? ''), headers: { accept: MANIFEST } };
    request(url, options, (response) => resolve(response.statusCode))
      .once('error', reject)
      .end();
  });
  expect(status).toBe(200);
});

test('a registry that comes back has what it had', async () => {
  const first = await start('kept', {});
  const digest = await pushImage(HELLO, { reference: `${first.host}/hello:1` });
  await first.stop();
  const second = await start('kept', {});
  const response = await fetch(`http://${second.host}/v2/hello/manifests/${digest}`, {
    headers: { accept: MANIFEST },
  });
  expect(response.status).toBe(200);
});

test.each([
  ['an image', HELLO],
  ['an index', { ...HELLO, platforms: ['linux/amd64', 'linux/arm64'] }],
])('%s in a layout or an archive is pushed as it is', async (_, recipe) => {
  const layout = mkdtempSync(join(dir, 'layout-'));
  const archive = `${layout}.tar`;
  const [inLayout, inArchive] = [await pushImage(recipe, { layout }), await pushImage(recipe, { archive })];
  const reference = `${open.host}/made/elsewhere:1`;
  for (const [source, digest] of [
    [layout, inLayout],
    [archive, inArchive],
  ] as const) {
    expect(await copyImage(source, { reference })).toBe(digest);
    const stored = await get(`made/elsewhere/manifests/${digest}`, `${MANIFEST}, ${INDEX}`);
    expect(`sha256:${createHash('sha256').update(stored).digest('hex')}`).toBe(digest);
  }
});

test('what holds no image, or several, is refused', async () => {
  const target = { reference: `${open.host}/made/elsewhere:1` };
  const file = join(dir, 'no-archive.tar');
  writeFileSync(file, 'no archive');
  await expect(copyImage(file, target)).rejects.toThrow('it is no tar archive');
  const folder = mkdtempSync(join(dir, 'layout-'));
  await expect(copyImage(folder, target)).rejects.toThrow('it is no OCI layout');
  await pushImage(HELLO, { layout: folder });
  const index = join(folder, 'index.json');
  const { manifests, ...rest } = JSON.parse(readFileSync(index, 'utf8')) as { manifests: unknown[] };
  writeFileSync(index, JSON.stringify({ ...rest, manifests: [...manifests, ...manifests] }));
  await expect(copyImage(folder, target)).rejects.toThrow('it holds 2 images, where one is wanted');
});
