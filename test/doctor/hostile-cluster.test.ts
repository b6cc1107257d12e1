/** Clusters that lie, flood and break off. Whatever one says, there is a table of lines, and an exit code. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../lab/node/self-signed';
import { visible } from '../../plan/visible';
import { type CliAnswer, drover } from '../client/recording-io';

let dir: string;
let kubeconfig: string;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-doctor-'));
  kubeconfig = join(dir, 'kubeconfig');
  server = createServer(selfSigned('api'), (request, response) => answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const config = {
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [
      { name: 'it', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'it', user: { token: 'any' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

function examine(...more: string[]): Promise<CliAnswer> {
  return drover({}, 'doctor', '--kubeconfig', kubeconfig, '--namespace', 'migrated', ...more);
}

/** After the version, which is one. */
function says(text: string): void {
  answer = ({ url }, response) => response.end(url === '/version' ? '{"gitVersion":"v1.34.4"}' : text);
}

/** Nothing steers a terminal, and no line is without end. */
function expectTame({ stdout, stderr }: CliAnswer): void {
  expect(stderr).toBe('');
  for (const line of stdout.split('\n')) {
    expect(line).toBe(visible(line));
    expect(line.length).toBeLessThan(6_000);
  }
}

const ESCAPE = '\u001b[2J\u202e\u009b';
const odd = { labels: ESCAPE, name: ESCAPE.repeat(1_000), annotations: [1] };

test.each([
  ['lists without end of what is none', JSON.stringify({ items: Array(500).fill(null), status: [] })],
  [
    'texts and numbers for lists and objects',
    '{"items":["a",1],"resources":"b","metadata":2,"spec":"d","status":"e","data":3}',
  ],
  [
    'words that steer a terminal',
    JSON.stringify({
      gitVersion: ESCAPE,
      items: [{ metadata: odd, provisioner: ESCAPE, status: { phase: ESCAPE, observedVersion: ESCAPE } }],
      resources: [{ name: ESCAPE }],
      metadata: odd,
      status: { phase: ESCAPE, userInfo: { username: ESCAPE }, allowed: ESCAPE, resourceRules: {} },
      data: { 'vddk-init-image': ESCAPE },
    }),
  ],
  [
    'objects that are no texts, and can not be made one',
    JSON.stringify({
      items: [{ metadata: { name: { toString: 1 } }, provisioner: { toString: 1 } }],
      data: { 'vddk-init-image': { toString: 1 } },
    }),
  ],
  ['a page of a proxy', '<html>please log in</html>'],
])('%s', async (_, text) => {
  says(text);
  const found = await examine();
  expectTame(found);
  expect([0, 2]).toContain(found.code);
  expect(found.stdout).toMatch(/\d+ critical, \d+ warning, \d+ information, \d+ fine\n$/);
});

test('a login that may nothing: each check says so, and is a warning', async () => {
  const message = 'nodes is forbidden: User "it" cannot list resource "nodes" in API group ""';
  answer = ({ url }, response) => {
    if (url === '/version') return void response.end('{"gitVersion":"v1.34.4"}');
    response.statusCode = url === '/readyz' ? 200 : 403;
    response.end(url === '/readyz' ? 'ok' : JSON.stringify({ reason: 'Forbidden', message }));
  };
  const found = await examine('-o', 'json');
  const report = JSON.parse(found.stdout) as {
    findings: { severity: string; found: string; check: string }[];
  };
  expect(found.code).toBe(0);
  const unknown = report.findings.filter((one) => one.found.startsWith('not known: may not '));
  expect(unknown.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['nodes', 'kvm', 'cdi', 'kubevirt', 'storage-classes', 'namespace', 'pods']),
  );
  expect(unknown.every(({ severity }) => severity === 'warning')).toBe(true);
  expect(await examine('--fail-on', 'warning')).toMatchObject({ code: 8 });
});

test('a server that refuses the login, and one that is none, is the one thing that is said', async () => {
  answer = (_, response) => {
    response.statusCode = 401;
    response.end(JSON.stringify({ reason: 'Unauthorized', message: `${ESCAPE} no` }));
  };
  const refused = await examine();
  expectTame(refused);
  expect(refused).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('1 critical, 0 warning') as string,
  });

  answer = ({ socket }) => socket.destroy();
  const silent = await examine();
  expect(silent).toMatchObject({ code: 2, stdout: expect.stringContaining('no answer') as string });
});

test('a file that is no kubeconfig is refused in one line, without its content', async () => {
  const file = join(dir, 'other');
  writeFileSync(file, 'password: s3cret\n\t- x');
  const { code, stdout, stderr } = await drover({}, 'doctor', '--kubeconfig', file);
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: `drover: ${file} can't be read as a kubeconfig\n`,
  });
});
