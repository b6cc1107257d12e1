/** The proxy of a storm, between a client and a server that answers each line with it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Link } from '../../../lab/chaos/link';
import { eventually } from '../../support/eventually';

let server: Server;
let link: Link;
const clients: Socket[] = [];
/** What the server has heard, a text for each connection. */
let heard: { text: string; ended: boolean }[];

beforeEach(async () => {
  heard = [];
  server = createServer((socket) => {
    const of = { text: '', ended: false };
    heard.push(of);
    socket.on('error', () => undefined).pipe(socket);
    socket.on('data', (chunk: Buffer) => (of.text += chunk.toString()));
    socket.on('close', () => (of.ended = true));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await Link.open('echo', `127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(() => {
  clients.splice(0).forEach((client) => client.destroy());
  link.close();
  server.close();
});

function open(): Socket {
  const client = connect(Number(link.address.split(':')[1]), '127.0.0.1');
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

async function answer(client: Socket): Promise<unknown> {
  const lines = createInterface({ input: client });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

test('what is sent comes back', async () => {
  const client = open();
  client.write('hello\n');
  expect(await answer(client)).toBe('hello');
});

test('a cut ends the connections that there are; a new one is good', async () => {
  const client = open();
  client.write('hello\n');
  await answer(client);
  link.cut();
  await once(client, 'close');
  const other = open();
  other.write('again\n');
  expect(await answer(other)).toBe('again');
});

test('what was held back arrives in order, and so it is for a connection that came meanwhile', async () => {
  const client = open();
  client.write('one\n');
  await answer(client);
  link.hold();
  const late = open();
  await once(late, 'connect');
  client.write('two\n');
  late.write('three\n');
  const answers = [answer(client), answer(late)];
  // Nothing may come before it is let through: the release is the first event that either can see.
  const released = Symbol('released');
  expect(await Promise.race([...answers, new Promise((resolve) => setTimeout(resolve, 100, released))])).toBe(
    released,
  );
  link.release();
  expect(await Promise.all(answers)).toEqual(['two', 'three']);
});

test('a half-open connection stays, and is silent; a new one is good', async () => {
  const client = open();
  client.write('one\n');
  await answer(client);
  link.halfOpen();
  client.write('two\n');
  const other = open();
  other.write('three\n');
  expect(await answer(other)).toBe('three');
  expect(client.destroyed).toBe(false);
  expect(client.bytesRead).toBe('one\n'.length);
});

test('a slow link takes its time in both directions, and keeps the order', async () => {
  link.slow(60);
  const client = open();
  const began = Date.now();
  client.write('one\n');
  expect(await answer(client)).toBe('one');
  expect(Date.now() - began).toBeGreaterThanOrEqual(119);
});

test('a doubled link says everything twice, and one answer comes', async () => {
  const former = open();
  await once(former, 'connect');
  link.double();
  await once(former, 'close');
  const client = open();
  client.write('one\n');
  expect(await answer(client)).toBe('one');
  client.write('two\n');
  expect(await answer(client)).toBe('two');
  await eventually(() => heard.filter(({ text }) => text === 'one\ntwo\n').length === 2);
  expect(client.bytesRead).toBe('one\ntwo\n'.length);
});

test('a link that is doubled no more goes on with the connection that answers', async () => {
  link.double();
  const client = open();
  client.write('one\n');
  await answer(client);
  await eventually(() => heard.filter(({ text }) => text === 'one\n').length === 2);
  link.undouble();
  await eventually(() => heard.some(({ ended }) => ended));
  client.write('two\n');
  expect(await answer(client)).toBe('two');
  expect(heard.map(({ text }) => text).sort()).toEqual(['one\n', 'one\ntwo\n']);
});
