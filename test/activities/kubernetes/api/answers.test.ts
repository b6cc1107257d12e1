/** Against real HTTPS servers that answer without end, or as slowly as they can. */
import type { ServerResponse } from 'node:http';
import { CONFIG_MAPS, PODS } from '../../../../activities/kubernetes/api/kinds';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import { waitFor } from '../../../../activities/kubernetes/waiting/wait';
import { parseJson } from '../../../../activities/kubernetes/api/answers';
import { writeWithoutEnd } from '../../../support/endless';
import { recordingApi, type RecordingApi } from '../recording-api';

const MIB = 2 ** 20;
/** What lies in the sockets' buffers beside what was read. */
const IN_FLIGHT = 16 * MIB;
const REF = { namespace: 'shop', name: 'web' };
const LOG = { ...REF, container: 'copy' };

let api: RecordingApi;
afterEach(() => api.close());

/** A server that sends this piece for ever; `sent` says how much of it the client took. */
async function endless(head: string, piece: string, status = 200): Promise<{ sent: Promise<number> }> {
  let tell: (bytes: number) => void = () => undefined;
  const sent = new Promise<number>((resolve) => (tell = resolve));
  api = await recordingApi((_, answer) => {
    answer.writeHead(status).write(head);
    void writeWithoutEnd(answer, piece).then(tell);
  });
  return { sent };
}

const piece = 'x'.repeat(MIB);

test.each<[string, number, () => Promise<unknown>]>([
  ['a list', 64, () => api.client.list(PODS, { namespace: 'shop' })],
  ['an object', 64, () => api.client.get(CONFIG_MAPS, REF)],
  ['an answer to a change', 64, () => api.client.patch(CONFIG_MAPS, REF, {})],
])('%s without end is read up to its limit, and the connection is gone', async (_, most, ask) => {
  const { sent } = await endless('{"items":["', piece);
  await expect(ask()).rejects.toMatchObject({
    type: 'AnswerTooLarge',
    nonRetryable: true,
    message: expect.stringMatching(`: the answer is longer than ${most} MiB$`) as string,
  });
  expect(await sent).toBeLessThan(most * MIB + IN_FLIGHT);
});

test('of a refusal without end less is read', async () => {
  const { sent } = await endless('{"message":"', piece, 403);
  await expect(api.client.get(CONFIG_MAPS, REF)).rejects.toMatchObject({ type: 'AnswerTooLarge' });
  expect(await sent).toBeLessThan(MIB + IN_FLIGHT);
});

test('a log without end is read up to its limit', async () => {
  const { sent } = await endless('', piece);
  const read = async () => {
    let bytes = 0;
    for await (const chunk of await api.client.openLog(LOG, { tailLines: '1' })) bytes += chunk.length;
    return bytes;
  };
  await expect(read()).rejects.toMatchObject({ type: 'AnswerTooLarge' });
  expect(await sent).toBeLessThan(64 * MIB + IN_FLIGHT);
});

const event = (name: string, size: number) =>
  `${JSON.stringify({ type: 'ADDED', object: { metadata: { name, annotations: { a: 'x'.repeat(size) } } } })}\n`;

test.each([
  ['one event without end', '{"type":"', piece, 4],
  ['events without end', '', event('same', MIB), 128],
])('a watch of %s ends the wait that is fed by it', async (_, head, part, most) => {
  const { sent } = await endless(head, part);
  const informers = new Informers();
  const options = { deadline: Date.now() + 60_000, signal: new AbortController().signal };
  const cluster = { api: api.client, key: 'api' };
  const wait = informers.using(cluster, { kind: PODS, namespace: 'shop' }, (pods) =>
    waitFor(
      pods,
      () => true,
      () => undefined,
      options,
    ),
  );
  await expect(wait).rejects.toMatchObject({ type: 'AnswerTooLarge' });
  expect(await sent).toBeLessThan(most * MIB + IN_FLIGHT);
  informers.close();
});

function drip(answer: ServerResponse): void {
  const timer = setInterval(() => answer.write(' '), 20);
  answer.once('close', () => clearInterval(timer));
}

test.each<[string, () => Promise<unknown>]>([
  ['an object', () => api.client.get(CONFIG_MAPS, REF)],
  [
    'a log',
    async () => {
      for await (const chunk of await api.client.openLog(LOG, {})) expect(chunk).toBeDefined();
    },
  ],
])('%s that drips in steadily is given up all the same', async (_, ask) => {
  api = await recordingApi((__, answer) => drip(answer), { timeoutMs: 60_000, totalMs: 300 });
  const began = Date.now();
  await expect(ask()).rejects.toThrow(/timeout/);
  expect(Date.now() - began).toBeLessThan(50_000);
});

test('a document of so many parts that reading it would stop everything else is not read', () => {
  const parts = (count: number) => `[${'{},'.repeat(count)}{}]`;
  expect(parseJson(parts(1_000))).toHaveLength(1_001);
  expect(() => parseJson(parts(2_000_000))).toThrow('more than 2000000 parts');
  expect(() => parseJson('['.repeat(3_000_000))).toThrow('more than 2000000 parts');
});
