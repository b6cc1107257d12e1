import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadPrograms, NotDownloaded, type Patience } from '../../lab/download';
import { ArchiveServer, archiveOf, script, sumOf } from './archive-server';

/** Where something comes, however slow the machine is. */
const PATIENT: Patience = { answer: 60_000, silence: 60_000, whole: 60_000, judged: 60_000 };
/** Where no answer comes. */
const SOON: Patience = { ...PATIENT, answer: 300 };
/** Where nothing follows what came. */
const SOON_SILENT: Patience = { ...PATIENT, silence: 300 };

let server: ArchiveServer;
let folder: string;
let said: string[];

beforeAll(async () => {
  server = await ArchiveServer.start();
});
afterAll(() => server.stop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-download-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const means = (patience: Patience = PATIENT) => ({ log: (line: string) => said.push(line), patience });

/** Says why, in one line, and leaves nothing. */
async function refusal(
  archive: Parameters<typeof downloadPrograms>[0],
  patience?: Patience,
): Promise<string> {
  const error = await downloadPrograms(archive, folder, means(patience)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotDownloaded);
  const { message } = error as NotDownloaded;
  expect(message).not.toContain('\n');
  expect(readdirSync(folder)).toEqual([]);
  return message;
}

test('the programs of an archive with the pinned checksum are there, and run; nothing else is', async () => {
  await downloadPrograms(server.archive('etcd', 'etcd-v1/etcd'), folder, means());
  expect(readdirSync(folder)).toEqual(['etcd']);
  expect(readFileSync(join(folder, 'etcd'), 'utf8')).toBe(script('etcd'));
  expect(execFileSync(join(folder, 'etcd'), { encoding: 'utf8' })).toBe('this is etcd\n');
  expect(said[0]).toMatch(
    /^downloading etcd 1\.0, 1 MiB \(once; it is kept for later\)$|^downloading etcd 1\.0 \(once/,
  );
  expect(said.at(-1)).toMatch(/^downloading etcd 1\.0: done after \d+ s$/);
});

test('so are those of an archive whose checksum is in the list that is published beside it', async () => {
  const bytes = archiveOf('bin/etcd');
  const url = server.serve('/listed.tar.gz', bytes);
  const list = `${'0'.repeat(64)}  other.tar.gz\n${sumOf(bytes, 'sha256')}  listed.tar.gz\n`;
  const listedAt = server.serve('/SHA256SUMS', list);
  const archive = {
    name: 'etcd',
    url,
    checksum: { algorithm: 'sha256' as const, listedAt },
    programs: { etcd: 'bin/etcd' },
  };
  await downloadPrograms(archive, folder, means());
  expect(readdirSync(folder)).toEqual(['etcd']);
  rmSync(join(folder, 'etcd'));

  server.serve('/SHA256SUMS', list.replace(sumOf(bytes, 'sha256'), 'f'.repeat(64)));
  expect(await refusal(archive)).toMatch(/^REFUSED: its SHA-256 is [0-9a-f]{64}, and should be f{64}$/);
  server.serve('/SHA256SUMS', 'nothing of it\n');
  expect(await refusal(archive)).toBe('the list of checksums has no listed.tar.gz');
});

test('an archive with another checksum is refused, with both, and not unpacked', async () => {
  const archive = server.archive('etcd');
  const wrong = { ...archive, checksum: { algorithm: 'sha512' as const, hex: 'a'.repeat(128) } };
  expect(await refusal(wrong)).toMatch(/^REFUSED: its SHA-512 is [0-9a-f]{128}, and should be a{128}$/);
});

test('one without the program in it is none', async () => {
  expect(await refusal({ ...server.archive('etcd'), programs: { etcd: 'elsewhere/etcd' } })).toMatch(
    /^tar: /,
  );
});

test('an archive that is not there, and a server that nobody runs, are told apart', async () => {
  const archive = server.archive('etcd');
  expect(await refusal({ ...archive, url: server.url('/nothing') })).toBe('the answer is 404');
  expect(await refusal({ ...archive, url: 'http://127.0.0.1:1/etcd' })).toMatch(/ECONNREFUSED|bad port/);
});

test('a network that swallows every question is given up on soon', async () => {
  server.answers.set('/swallowed', () => undefined);
  expect(await refusal({ ...server.archive('etcd'), url: server.url('/swallowed') }, SOON)).toBe(
    'no answer within 0.3 s',
  );
});

test('so is one that falls silent on the way, and one whose list of checksums never comes', async () => {
  const archive = server.archive('etcd');
  server.answers.set(
    '/half',
    (response) => void response.writeHead(200, { 'content-length': 1e6 }).write('half of it'),
  );
  const url = server.url('/half');
  expect(await refusal({ ...archive, url }, SOON_SILENT)).toBe('nothing more came within 0.3 s');
  const checksum = { algorithm: 'sha256' as const, listedAt: url };
  expect(await refusal({ ...archive, checksum }, SOON_SILENT)).toBe('nothing more came within 0.3 s');
});

test('one that would take longer than building is given up on as soon as that is known', async () => {
  server.answers.set('/slow', (response) => {
    response.writeHead(200, { 'content-length': 1e9 });
    const drip = setInterval(() => response.write('drop'), 20);
    response.once('close', () => clearInterval(drip));
  });
  const patience = { ...PATIENT, judged: 200, whole: 1_000 };
  expect(await refusal({ ...server.archive('etcd'), url: server.url('/slow') }, patience)).toMatch(
    /^too slow: 1 MiB in /,
  );
});
