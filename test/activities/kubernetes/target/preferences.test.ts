import type { IncomingMessage, ServerResponse } from 'node:http';
import { readPreferences } from '../../../../activities/kubernetes/target/preferences';
import { recordingApi, type RecordingApi } from '../recording-api';

let api: RecordingApi;
let answer: { status: number; body: object };

beforeEach(async () => {
  api = await recordingApi((_: IncomingMessage, reply: ServerResponse) => {
    reply.statusCode = answer.status;
    reply.end(JSON.stringify(answer.body));
  });
});
afterEach(() => api.close());

const readAll = () => readPreferences({ api: api.client, key: 'target' });

const give = (...items: object[]) => {
  answer = { status: 200, body: { items, metadata: {} } };
};

test('preferences of the cluster are known by name', async () => {
  give(...['rhel.9', 'windows.2k22'].map((name) => ({ metadata: { name }, spec: {} })));
  expect(await readAll()).toEqual([{ name: 'rhel.9' }, { name: 'windows.2k22' }]);
});

const requiring = (cpu: object | undefined, guest: unknown = 2, memory: unknown = '2Gi') => ({
  metadata: { name: 'windows' },
  spec: { cpu, requirements: { cpu: { guest }, memory: { guest: memory } } },
});

test.each([
  [undefined, 'sockets'],
  [{}, 'sockets'],
  [{ preferredCPUTopology: 'preferSockets' }, 'sockets'],
  [{ preferredCPUTopology: 'cores' }, 'cores'],
  [{ preferredCPUTopology: 'preferThreads' }, 'threads'],
  [{ preferredCPUTopology: 'any' }, 'all'],
  [{ preferredCPUTopology: 'spread' }, 'all'],
  [{ preferredCPUTopology: 'preferSpread', spreadOptions: { across: 'SocketsCoresThreads' } }, 'all'],
  [{ preferredCPUTopology: 'spread', spreadOptions: { across: 'CoresThreads' } }, 'cores'],
])('the CPUs that a preference with the topology %j requires are counted by %s', async (cpu, counted) => {
  give(requiring(cpu));
  expect(await readAll()).toEqual([
    { name: 'windows', cpus: { least: 2, counted }, leastMemoryBytes: 2 * 2 ** 30 },
  ]);
});

test.each([
  [undefined, '2', 'much'],
  [undefined, -1, {}],
  [undefined, 1.5, ''],
  [{ preferredCPUTopology: 'constructor' }, 2, 'x'.repeat(100)],
])('requirements that nobody can count are passed over: %j %j %j', async (cpu, guest, memory) => {
  give(requiring(cpu, guest, memory));
  expect(await readAll()).toEqual([{ name: 'windows' }]);
});

test('a cluster that does not know the kind has none', async () => {
  const body = { kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' };
  answer = { status: 404, body };
  expect(await readAll()).toEqual([]);
});
