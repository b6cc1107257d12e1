/** Answers of registries and API servers, over real connections, through everything that reads them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { ApplicationFailure } from '@temporalio/common';
import { clusterFailure } from '../../activities/kubernetes/api/errors';
import { CONFIG_MAPS, PODS } from '../../activities/kubernetes/api/kinds';
import { lookAtImage } from '../../activities/registry/look-at-image';
import { Transport } from '../../activities/registry/transport';
import { isFailureKind } from '../../plan/failures';
import { parseImageReference } from '../../plan/image-reference';
import { imageFactSchema } from '../../plan/images';
import { recordingApi, type RecordingApi } from '../activities/kubernetes/recording-api';
import { texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled, nastyText } from './support/mutations';

interface Said {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Headers are bytes of Latin-1 on the wire, without line feeds. */
const header = (text: fc.Arbitrary<string>) =>
  text.map((each) => each.replace(/[^\x20-\x7e\x80-\xff]/g, '').slice(0, 8_000));

const DIGEST = `sha256:${'0'.repeat(64)}`;
const IMAGE = { config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST } };
const INDEX = { manifests: [{ platform: { os: 'linux', architecture: 'amd64' } }, {}] };

const said: fc.Arbitrary<Said> = fc.record({
  status: fc.constantFrom(200, 200, 200, 204, 301, 307, 400, 401, 401, 403, 404, 418, 429, 500),
  headers: fc.record(
    {
      'www-authenticate': header(
        garbled([...texts('challenges'), 'Bearer realm="http://127.0.0.1:PORT/token"']),
      ),
      location: header(
        garbled(['/v2/', 'http://127.0.0.1:PORT/x', 'https://169.254.169.254/latest', '//[::1]']),
      ),
      'docker-content-digest': header(garbled([DIGEST])),
      'content-type': header(nastyText),
    },
    { requiredKeys: [] },
  ),
  body: garbled([JSON.stringify(IMAGE), JSON.stringify(INDEX), '{"token":"t"}', '']),
});

/** A server that refuses, and is no server that has just begun: here nobody waits until it lasts. */
const IMPATIENT = { patienceMs: 0 };

let answers: Said[] = [];
let registry: string;
let api: RecordingApi;
const server = createServer((_, answer) => {
  const { status, headers, body } = answers.shift() ?? { status: 404, headers: {}, body: '' };
  const here = Object.entries(headers).map(([name, value]) => [
    name,
    value.replaceAll('PORT', registry.split(':')[1]!),
  ]);
  answer.writeHead(status, Object.fromEntries(here) as Record<string, string>).end(body);
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await recordingApi((_, answer) => {
    const { status, body } = answers.shift() ?? { status: 404, body: '' };
    answer.writeHead(status).end(body);
  }, IMPATIENT);
});
afterAll(() => {
  api.close();
  server.closeAllConnections();
  server.close();
});

const LONGEST_FACT = 10_000;
const LOGIN = { secret: 'pull', scope: '', username: 'ada', password: 'rather:secret' };

fuzz(
  'what a registry answers becomes a fact about the image',
  fc.array(said, { maxLength: 6 }),
  async (all) => {
    answers = [...all];
    const transport = new Transport({ ca: null, plainHttp: [], near: new Set([registry]) });
    try {
      const reference = parseImageReference(`${registry}/vendor/offload:1`)!;
      const pull = { logins: [{ ...LOGIN, scope: registry }], secrets: ['pull'] };
      const fact = await lookAtImage(transport, reference, pull, new AbortController().signal);
      expect(imageFactSchema.parse(fact)).toEqual(fact);
      expect(JSON.stringify(fact)).not.toContain(LOGIN.password);
      expect(JSON.stringify(fact).length).toBeLessThan(LONGEST_FACT);
    } finally {
      transport.close();
    }
  },
);

fuzz(
  'what an API server answers is an object, or a failure of a known kind',
  fc.record({
    status: fc.constantFrom(200, 200, 200, 201, 400, 403, 404, 409, 422, 500),
    body: garbled([
      '{"items":[{"metadata":{"name":"a"}}],"metadata":{}}',
      '{"kind":"Status","reason":"Conflict"}',
      'null',
      '"x"',
      '[]',
    ]),
  }),
  async ({ status, body }) => {
    const ref = { namespace: 'migrated', name: 'web' };
    for (const ask of [
      () => api.client.find(CONFIG_MAPS, ref),
      async () => {
        const { items } = await api.client.list(PODS, { namespace: 'migrated' });
        expect(Array.isArray(items)).toBe(true);
      },
      () => api.client.patch(CONFIG_MAPS, ref, {}),
      () => api.client.delete(CONFIG_MAPS, ref),
    ] as (() => Promise<unknown>)[]) {
      answers = [{ status, headers: {}, body }];
      try {
        await ask();
      } catch (error) {
        const failed = clusterFailure(error);
        expect(failed).toBeInstanceOf(ApplicationFailure);
        expect(isFailureKind((failed as ApplicationFailure).type ?? '')).toBe(true);
      }
    }
  },
);
