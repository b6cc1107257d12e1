import { once } from 'node:events';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { DroverClient } from '../../client';
import { asTemporalError } from '../../client/temporal-errors';
import { selfSigned } from '../../lab/node/self-signed';
import { drover } from './recording-io';

const pair = selfSigned('temporal.example.com');
const other = selfSigned('somebody.example.com');
const base64 = (pem: string) => Buffer.from(pem).toString();

const servers: (Server | Http2Server)[] = [];
const sockets = new Set<Socket>();
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

async function listen(server: Server | Http2Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Speaks TLS, and no Temporal. */
function tlsServer(options: TlsOptions = {}): Promise<string> {
  const server = createTlsServer({ ...pair, ALPNProtocols: ['h2'], ...options }, (socket) => {
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

async function whyNot(address: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error: unknown = await DroverClient.connect({ env, address, timeoutMs: 500 }).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ code: 'Unreachable' });
  return (error as Error).message.replace(address, 'ADDRESS');
}

const trusting = { TEMPORAL_TLS: 'true', TEMPORAL_TLS_SERVER_CA_CERT_DATA: base64(pair.cert) };
const withName = { ...trusting, TEMPORAL_TLS_SERVER_NAME: 'temporal.example.com' };

test('a server that accepts the connection and never answers', async () => {
  const address = await listen(createServer());
  expect(await whyNot(address)).toBe(
    "Temporal can't be reached at ADDRESS: something accepts the connection and does not answer as Temporal; " +
      'check TEMPORAL_ADDRESS, and that the server there is well',
  );
  expect(await whyNot(address, { TEMPORAL_TLS: 'true' })).toContain('does not answer as Temporal');
});

test('a server that speaks TLS, to a client that does not', async () => {
  const sentence =
    "Temporal can't be reached at ADDRESS: the server speaks TLS, and TEMPORAL_TLS is not set; set TEMPORAL_TLS=true";
  expect(await whyNot(await tlsServer())).toBe(sentence);
  expect(await whyNot(await tlsServer({ requestCert: true, rejectUnauthorized: true }))).toBe(sentence);
});

test('a server that speaks no TLS, to a client that does', async () => {
  const plain = createServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  expect(await whyNot(await listen(plain), { TEMPORAL_TLS: 'true' })).toBe(
    "Temporal can't be reached at ADDRESS: TLS is set, and the server does not speak it; " +
      'unset TEMPORAL_TLS and its certificates, and TEMPORAL_API_KEY, which implies it',
  );
});

test('a certificate that nobody trusts, or that is for another name', async () => {
  const address = await tlsServer();
  expect(await whyNot(address, { TEMPORAL_TLS: 'true' })).toBe(
    "Temporal can't be reached at ADDRESS: the server's certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); " +
      'set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the CA that signed it',
  );
  expect(await whyNot(address, trusting)).toBe(
    "Temporal can't be reached at ADDRESS: the server's certificate is for another name; " +
      'set TEMPORAL_TLS_SERVER_NAME to a name that it has',
  );
});

test('a server that wants a client certificate, or another one', async () => {
  const address = await tlsServer({ requestCert: true, rejectUnauthorized: true, ca: pair.cert });
  const remedy = 'set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to one that it trusts';
  expect(await whyNot(address, withName)).toBe(
    `Temporal can't be reached at ADDRESS: the server wants a client certificate; ${remedy}`,
  );
  const stranger = {
    ...withName,
    TEMPORAL_TLS_CLIENT_CERT_DATA: base64(other.cert),
    TEMPORAL_TLS_CLIENT_KEY_DATA: base64(other.key),
  };
  expect(await whyNot(address, stranger)).toBe(
    `Temporal can't be reached at ADDRESS: the server refuses the client certificate; ${remedy}`,
  );
});

test('a host that nobody knows', async () => {
  const error: unknown = await DroverClient.connect({
    env: {},
    address: 'temporal.invalid:7233',
    timeoutMs: 300,
  }).catch((e: unknown) => e);
  expect(error).toMatchObject({
    message: expect.stringContaining('no address is known for the host temporal.invalid') as string,
  });
});

test.each(['http://localhost:7233', 'a b:c', 'localhost:99999', 'localhost:', ':7233', 'user@host:7233'])(
  'the address %j is refused before anything is asked',
  async (address) => {
    expect(await drover({ TEMPORAL_ADDRESS: address }, 'status')).toEqual({
      code: 2,
      stdout: '',
      stderr: `drover: Temporal's address is ${JSON.stringify(address)}; set TEMPORAL_ADDRESS to host:port, as localhost:7233\n`,
    });
  },
);

test.each(['banana', 'TRUE', 'yes', ' true'])(
  'a switch of %j is refused before anything is asked, as no switch means it',
  async (value) => {
    for (const name of ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION']) {
      for (const args of [['status'], ['setup']]) {
        expect(await drover({ TEMPORAL_ADDRESS: '127.0.0.1:1', [name]: value }, ...args)).toEqual({
          code: 2,
          stdout: '',
          stderr: `drover: ${name} is ${JSON.stringify(value)}; set it to true or false, or leave it out\n`,
        });
      }
    }
  },
);

test('an empty switch is none, and does not turn off the TLS that certificates ask for', async () => {
  const address = await tlsServer();
  const env = { ...withName, TEMPORAL_TLS: '', TEMPORAL_TLS_SERVER_NAME: 'another.example.com' };
  expect(await whyNot(address, env)).toContain("the server's certificate is for another name");
});

test.each([
  [
    { TEMPORAL_TLS_CLIENT_CERT_DATA: other.cert },
    'CLIENT_CERT_DATA is set, and TEMPORAL_TLS_CLIENT_KEY_PATH is not',
  ],
  [
    { TEMPORAL_TLS_CLIENT_KEY_DATA: other.key },
    'CLIENT_KEY_DATA is set, and TEMPORAL_TLS_CLIENT_CERT_PATH is not',
  ],
])('half a client certificate is refused, and not left out', async (half, words) => {
  const { code, stderr } = await drover({ TEMPORAL_ADDRESS: '127.0.0.1:1', ...half }, 'status');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `drover: TEMPORAL_TLS_${words}; set both, or neither\n`,
  });
});

describe('a server that says no', () => {
  /** Speaks gRPC: knows nothing of its own, and answers every question with this status. */
  function refusing(status: number): Promise<string> {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      const greeting = headers[':path']?.endsWith('/GetSystemInfo') === true;
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': String(greeting ? 12 : status),
          'grpc-message': 'for reasons of its own',
        },
        { endStream: true },
      );
    });
    return listen(server);
  }

  test.each([
    [
      7,
      'refuses this login in namespace "prod"; check TEMPORAL_API_KEY or the client certificate, and its rights',
    ],
    [
      16,
      'refuses this login in namespace "prod"; check TEMPORAL_API_KEY or the client certificate, and its rights',
    ],
  ])('with status %i is one line with exit code 4', async (status, words) => {
    const address = await refusing(status);
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'prod' };
    for (const args of [['status'], ['setup'], ['retry', 'migrate-vm/u/vm-1', '--why', 'x']]) {
      const { code, stderr } = await drover(env, ...args);
      expect({ args, code, stderr }).toEqual({
        args,
        code: 4,
        stderr: `drover: Temporal at ${address} ${words}\n`,
      });
    }
  });
});

test.each([
  [8, 'has more to do than it takes; try again in a minute, or raise its limits'],
  [9, 'is not ready to answer yet; try again in a minute'],
  [
    14,
    'did not answer in time or went away; what was asked for may have happened: look before you try again',
  ],
  [4, 'did not answer in time or went away; what was asked for may have happened: look before you try again'],
])('what the SDK gives up to try again (status %i) says what to do', (code, words) => {
  const error = Object.assign(new Error('given up'), { code, details: '', metadata: {} });
  const place = { address: 'temporal.example.com:7233', namespace: 'prod' };
  expect(asTemporalError(error, place)).toMatchObject({
    code: 'Unreachable',
    message: `Temporal at temporal.example.com:7233 ${words}`,
  });
});
