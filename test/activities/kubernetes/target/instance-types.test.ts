import type { IncomingMessage, ServerResponse } from 'node:http';
import { readInstanceTypes } from '../../../../activities/kubernetes/target/instance-types';
import { recordingApi, type RecordingApi } from '../recording-api';

let api: RecordingApi;
let ofCluster: object[];

beforeEach(async () => {
  api = await recordingApi(reply);
});
afterEach(() => api.close());

function reply({ url = '' }: IncomingMessage, answer: ServerResponse): void {
  if (!url.includes('cluster')) answer.statusCode = 404;
  answer.end(JSON.stringify(url.includes('cluster') ? { items: ofCluster, metadata: {} } : notFound()));
}

const notFound = () => ({ kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' });
const type = (name: string, spec: object) => ({ metadata: { name }, spec });
const readAll = () => readInstanceTypes({ api: api.client, key: 'target' }, 'migrated');
const FOUR = { guest: 4 };
const ONE_GIB = { guest: '1Gi' };

test('an instance type of the cluster has CPUs and bytes; a cluster may lack a kind', async () => {
  ofCluster = [type('u1.medium', { cpu: FOUR, memory: ONE_GIB })];
  expect(await readAll()).toEqual([
    { kind: 'VirtualMachineClusterInstancetype', name: 'u1.medium', cpus: 4, memoryBytes: 2 ** 30 },
  ]);
});

test.each([
  ['dedicated CPUs', { cpu: { ...FOUR, dedicatedCPUPlacement: true }, memory: ONE_GIB }],
  ['huge pages', { cpu: FOUR, memory: { ...ONE_GIB, hugepages: { pageSize: '2Mi' } } }],
  ['overcommitted memory', { cpu: FOUR, memory: { ...ONE_GIB, overcommitPercent: 50 } }],
  ['a GPU', { cpu: FOUR, memory: ONE_GIB, gpus: [{ name: 'gpu1' }] }],
])('one with %s is special', async (_, spec) => {
  ofCluster = [type('cx1.medium', spec)];
  expect(await readAll()).toMatchObject([{ special: true }]);
});

test.each([
  ['no CPUs', { memory: ONE_GIB }],
  ['no memory', { cpu: FOUR }],
  ['a memory that is no quantity', { cpu: FOUR, memory: { guest: 'much' } }],
  ['more CPUs than any machine', { cpu: { guest: 1e9 }, memory: ONE_GIB }],
])('one with %s is none', async (_, spec) => {
  ofCluster = [type('odd', spec)];
  expect(await readAll()).toEqual([]);
});
