/** The REST API of vCenters that answer as they like. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { withRestSession, type RestSession } from '../../../activities/vsphere/rest-session';
import { readNotes } from '../../../activities/vsphere/source-notes';
import type { Vim } from '../../../activities/vsphere/session';
import { selfSigned } from '../../../lab/node/self-signed';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let url: string;
let thumbprint: string;
let answer: Answer;
let asked: string[];

beforeAll(async () => {
  const identity = selfSigned('vcenter');
  server = createServer(identity, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`;
  thumbprint = new X509Certificate(identity.cert).fingerprint256;
});

beforeEach(() => {
  asked = [];
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const login = () => ({
  url,
  user: 'ada',
  password: 'lovelace',
  trust: { kind: 'thumbprint' as const, thumbprint },
});

function json(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

const OWNER = 'urn:vmomi:InventoryServiceTag:1:GLOBAL';
const ATTACHED = [{ object_id: { type: 'VirtualMachine', id: 'vm-1' }, tag_ids: [OWNER] }];

/** As vCenter 8 does, unless `instead` answers. */
function modern(instead: (path: string, response: ServerResponse) => boolean = () => false): Answer {
  return (request, response) => {
    const { method = '', url: path = '' } = request;
    if (instead(path, response)) return;
    if (path === '/api/session' && method === 'POST') {
      const expected = `Basic ${Buffer.from('ada:lovelace').toString('base64')}`;
      return request.headers.authorization === expected
        ? json(response, 201, 'token-1')
        : json(response, 401);
    }
    if (request.headers['vmware-api-session-id'] !== 'token-1') return json(response, 401);
    if (path === '/api/session') return json(response, 204);
    if (path.startsWith('/api/cis/tagging/tag-association?')) return json(response, 200, ATTACHED);
    if (path === `/api/cis/tagging/tag/${encodeURIComponent(OWNER)}`)
      return json(response, 200, { name: 'owner', description: 'red' });
    return json(response, 404);
  };
}

/** Only the REST API is asked. */
function vim(): Vim {
  const content = { customFieldsManager: null } as Vim['content'];
  const rest = <T>(work: (session: RestSession) => Promise<T>) => withRestSession(login(), work);
  return { content, rest } as Vim;
}

const read = () => readNotes(vim(), ['vm-1'], { tags: true });

test('it logs in once, asks for what it needs, and logs out', async () => {
  answer = modern();
  expect(await read()).toEqual({
    attributes: {},
    tags: { 'vm-1': [{ name: 'owner', value: 'red' }] },
    fault: null,
  });
  expect(asked).toHaveLength(4);
  expect(asked.at(-1)).toBe('DELETE /api/session');
});

test.each([401, 403, 404, 500, 302])('one that answers its login with %i gives no tags', async (status) => {
  answer = (_, response) => {
    response.writeHead(status, { Location: 'https://127.0.0.1:9/' });
    response.end();
  };
  expect(await read()).toMatchObject({ tags: {}, fault: `it answers with HTTP status ${status}` });
});

test('one that answers with something else gives no tags, and logs out nevertheless', async () => {
  const others: unknown[] = [{ value: [] }, 'tags', [{ object_id: 7 }], 7];
  for (const other of others) {
    answer = modern((path, response) => {
      if (!path.includes('tag-association')) return false;
      json(response, 200, other);
      return true;
    });
    expect(await read()).toMatchObject({ tags: {}, fault: 'its answer could not be understood' });
    expect(asked.at(-1)).toBe('DELETE /api/session');
  }
});

test('a tag that is removed meanwhile is none, and VMs that nobody asked for are not heard of', async () => {
  answer = modern((path, response) => {
    if (!path.includes('tag-association')) return false;
    const others = [
      { object_id: { type: 'VirtualMachine', id: 'vm-1' }, tag_ids: ['gone', OWNER] },
      { object_id: { type: 'VirtualMachine', id: '__proto__' }, tag_ids: [OWNER] },
      { object_id: { type: 'VirtualMachine', id: 'vm-2' }, tag_ids: null },
    ];
    json(response, 200, others);
    return true;
  });
  expect((await read()).tags).toEqual({ 'vm-1': [{ name: 'owner', value: 'red' }] });
});

test('more tags than are read one by one are said', async () => {
  answer = modern((path, response) => {
    if (!path.includes('tag-association')) return false;
    json(response, 200, [
      { ...ATTACHED[0], tag_ids: Array.from({ length: 501 }, (_, index) => `t${index}`) },
    ]);
    return true;
  });
  expect(await read()).toMatchObject({ fault: 'the VMs have 501 different tags, of at most 500' });
});

test('an answer without end is not read to its end', async () => {
  answer = modern((path, response) => {
    if (!path.includes('tag-association')) return false;
    const chunk = Buffer.alloc(2 ** 20, ' ');
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
    return true;
  });
  await expect(read()).rejects.toMatchObject({ type: 'AnswerTooLarge' });
});

test('a call that is cancelled while its answer is held is no failure of the vCenter, and the session ends', async () => {
  const cancelling = new AbortController();
  answer = modern((path) => {
    const isHeld = path.includes('tag-association');
    if (isHeld) cancelling.abort();
    return isHeld;
  });
  const work = (session: RestSession) => session.tagsOnObjects([]);
  await expect(withRestSession(login(), work, cancelling.signal)).rejects.toMatchObject({
    name: 'CancelledFailure',
  });
  expect(asked.at(-1)).toBe('DELETE /api/session');
});

test('nothing of the login is sent to a server with another certificate', async () => {
  answer = modern();
  const trust = { kind: 'thumbprint' as const, thumbprint: Array<string>(32).fill('00').join(':') };
  const work = (session: RestSession) => session.tag('x');
  await expect(withRestSession({ ...login(), trust }, work)).rejects.toMatchObject({
    type: 'SourceCertificateRefused',
  });
  expect(asked).toEqual([]);
});
