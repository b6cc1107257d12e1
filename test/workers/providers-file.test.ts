import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readProvidersFile } from '../../workers/providers-file';
import { runWorker } from '../../workers/main';
import { host, storageMap, vcenter } from '../plan/example';

const folder = mkdtempSync(join(tmpdir(), 'drover-providers-'));
const file = join(folder, 'providers.yaml');

afterAll(() => rmSync(folder, { recursive: true }));

function write(...documents: object[]): void {
  writeFileSync(file, documents.map((document) => stringify(document)).join('---\n'));
}

test('Providers are read from documents, and from a list as kubectl writes it', async () => {
  write(vcenter(), { kind: 'List', items: [host()] });
  const names = (await readProvidersFile(file)).map(({ metadata }) => metadata.name);
  expect(names).toEqual(['vcenter', 'host']);
});

test('no file is no Provider', async () => {
  expect(await readProvidersFile(null)).toEqual([]);
});

test('everything that is wrong is said at once, by file, line and field, and the worker does not start', async () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'x' },
    stringData: { password: 'geheim' },
  };
  write(vcenter({ url: 'http://vc.example.com/sdk' }), host(), host(), storageMap(), secret);
  writeFileSync(file, '---\na: [\n', { flag: 'a' });
  const refused = await runWorker({ DROVER_PROVIDERS: file }).catch((error: Error) => error);
  expect(refused).toMatchObject({ code: 'InvalidInput' });
  const lines = (refused as Error).message.split('\n');
  expect(lines.every((line) => /^\/.+\/providers\.yaml:\d+: /.test(line))).toBe(true);
  expect(lines.map((line) => line.replace(/^.*?providers\.yaml:\d+: /, ''))).toEqual([
    expect.stringContaining('this is no YAML'),
    'spec.url: this is no address of a vsphere provider; give https://<vCenter>/sdk',
    'Provider/mtv/host is among the manifests twice; remove one',
    'kind: this is no Provider; remove it from the file',
    expect.stringContaining('kind: a Secret must not be among the manifests'),
  ]);
  expect((refused as Error).message).not.toContain('geheim');
});

test.each<[string, () => void, RegExp]>([
  ['is not there', () => rmSync(file), /^DROVER_PROVIDERS: \/.+ can't be read \(no such file\)$/],
  ['is too large', () => truncateSync(file, 9 * 2 ** 20), /^DROVER_PROVIDERS: \/.+ is too large/],
  ['is empty', () => writeFileSync(file, ''), /holds no Provider; add one, or unset it$/],
  [
    'is no UTF-8',
    () => writeFileSync(file, Buffer.from([0xc3, 0x28])),
    /providers\.yaml:1: this line is no UTF-8/,
  ],
])('a file that %s is refused', async (_, spoil, message) => {
  write(vcenter());
  spoil();
  await expect(readProvidersFile(file)).rejects.toThrow(message);
});
