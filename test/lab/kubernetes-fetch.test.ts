import { mkdtempSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneArchives, type Archive } from '../../lab/archives';
import { KUBERNETES_VERSION } from '../../lab/binaries';
import type { Patience } from '../../lab/download';
import { fetchKubernetes } from '../../lab/kubernetes-fetch';
import { ArchiveServer, script } from './archive-server';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
/** Where something comes, however slow the machine is. */
const PATIENT: Patience = { answer: 60_000, silence: 60_000, whole: 60_000, judged: 60_000 };

let server: ArchiveServer;
let home: string;
let said: string[];

beforeAll(async () => {
  server = await ArchiveServer.start();
});
afterAll(() => server.stop());

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-fetch-'));
  said = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What the compiler would make of what is not there yet. */
function build(folder: string): Promise<void> {
  for (const program of PROGRAMS.filter((one) => !existsSync(join(folder, one))))
    writeFileSync(join(folder, program), 'built');
  return Promise.resolve();
}

/** How each program came to be. */
async function fetched(
  archives: readonly Archive[],
  builder?: typeof build,
  patience = PATIENT,
): Promise<Record<string, string>> {
  const folder = join(home, 'kubernetes');
  const log = (line: string) => void said.push(line);
  await fetchKubernetes(folder, {
    version: '1.34.4',
    log,
    archives,
    patience,
    ...(builder === undefined ? {} : { build: builder }),
  });
  expect(readdirSync(home)).toEqual(['kubernetes']);
  return Object.fromEntries(
    readdirSync(folder).map((program) => {
      const text = readFileSync(join(folder, program), 'utf8');
      return [program, text === script(program) ? 'downloaded' : text];
    }),
  );
}

test('where everything is published nothing is built', async () => {
  const archives = PROGRAMS.map((program) => server.archive(program));
  expect(await fetched(archives)).toEqual(
    Object.fromEntries(PROGRAMS.map((program) => [program, 'downloaded'])),
  );
  expect(said.filter((line) => line.startsWith('building'))).toEqual([]);
});

test('a wrong checksum is said, and only what it was for is built', async () => {
  const [first, ...others] = PROGRAMS.map((program) => server.archive(program));
  const wrong = { ...first!, checksum: { algorithm: 'sha512' as const, hex: 'a'.repeat(128) } };
  expect(await fetched([wrong, ...others], build)).toEqual({
    etcd: 'built',
    'kube-apiserver': 'downloaded',
    'kube-controller-manager': 'downloaded',
    'kube-scheduler': 'downloaded',
  });
  expect(said.filter((line) => line.includes('built'))).toEqual([
    expect.stringMatching(
      /^etcd 1\.0 could not be downloaded, and is built instead: REFUSED: its SHA-512 is .* should be a{128}$/,
    ),
  ]);
});

test('where nothing answers soon, all is built', async () => {
  server.answers.set('/swallowed', () => undefined);
  const silent = PROGRAMS.map((program) => ({ ...server.archive(program), url: server.url('/swallowed') }));
  expect(await fetched(silent, build, { ...PATIENT, answer: 300 })).toEqual(
    Object.fromEntries(PROGRAMS.map((program) => [program, 'built'])),
  );
});

test('a build that fails as well leaves nothing behind', async () => {
  const failing = () => Promise.reject(new Error('no compiler'));
  await expect(fetched([], failing)).rejects.toThrow('no compiler');
  expect(readdirSync(home)).toEqual([]);
});

test.each([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
])(
  'for %s all four programs are published, over TLS, for the version that is built otherwise',
  (machine, name) => {
    const archives = controlPlaneArchives(KUBERNETES_VERSION, machine);
    expect(archives.flatMap(({ programs }) => Object.keys(programs)).sort()).toEqual(PROGRAMS);
    const modules = readFileSync(join(__dirname, '..', '..', 'lab', 'tools', 'go.mod'), 'utf8');
    for (const { url, checksum } of archives) {
      expect(url).toMatch(/^https:/);
      expect(url).toContain(`-linux-${name}.tar.gz`);
      const version = /v(\d+\.\d+\.\d+)/.exec(url)?.[1] ?? '';
      expect(modules).toContain(` v${version}\n`);
      if ('hex' in checksum) expect(checksum.hex).toMatch(/^[0-9a-f]{128}$/);
      else expect(checksum.listedAt).toMatch(/^https:/);
    }
  },
);

test('for another machine nothing is, and all is built', () => {
  expect(controlPlaneArchives(KUBERNETES_VERSION, 's390x')).toEqual([]);
});
