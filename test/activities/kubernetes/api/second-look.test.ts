/** Which refusals of an API server are believed, over a real connection. */
import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ActivityNotFoundError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { clusterFailure } from '../../../../activities/kubernetes/api/errors';
import { CONFIG_MAPS, PODS, SECRETS } from '../../../../activities/kubernetes/api/kinds';
import { RightsReviews } from '../../../../activities/kubernetes/target/rights';
import { confirmingClient } from '../../../support/confirming-client';
import { recordingApi, type RecordingApi } from '../recording-api';

const PODS_PATH = 'GET /api/v1/namespaces/migrated/pods';
const NO_RIGHT = 'User "drover" cannot list resource "pods" in API group "" in the namespace "migrated"';
const LIST = '{"items":[],"metadata":{}}';

let api: RecordingApi;
afterEach(() => api.close());

interface Behaviour {
  /** How `/readyz` is answered, in turn; the last one for ever. */
  readyz: number[];
  /** How anything else is, in turn; the last one for ever. */
  answers: ((answer: ServerResponse) => void)[];
}

function behave({ readyz, answers }: Behaviour): RequestListener {
  const next = <T>(list: T[]): T => (list.length > 1 ? list.shift()! : list[0]!);
  return (request, answer) => {
    if (request.url === '/readyz') answer.writeHead(next(readyz)).end('[-]poststarthook/rbac failed');
    else next(answers)(answer);
  };
}

const yes = (answer: ServerResponse) => answer.end(LIST);
const refuse =
  (status: number, message: string, headers: Record<string, string> = {}) =>
  (answer: ServerResponse) =>
    answer.writeHead(status, headers).end(JSON.stringify({ reason: 'Any', message }));
const noRight = refuse(403, NO_RIGHT);

async function listPods(client: ApiClient): Promise<unknown> {
  return client.list(PODS, { namespace: 'migrated' });
}

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  return work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => clusterFailure(error) as ApplicationFailure,
  );
}

test('a server that is ready is believed after one second look', async () => {
  api = await recordingApi(behave({ readyz: [200], answers: [noRight] }));
  const failure = await failureOf(listPods(api.client));
  expect([failure.type, failure.message]).toEqual(['TargetRightsMissing', `list pods migrated: ${NO_RIGHT}`]);
  expect(api.asked).toEqual([PODS_PATH, 'GET /readyz', PODS_PATH]);
});

test('a server that has just begun is not believed: the request is made again when it is ready', async () => {
  api = await recordingApi(behave({ readyz: [403, 500, 500, 200], answers: [noRight, noRight, yes] }));
  await expect(listPods(api.client)).resolves.toMatchObject({ items: [] });
  // While it says that it is not ready, it is not asked.
  expect(api.asked).toEqual([
    PODS_PATH,
    ...['GET /readyz', PODS_PATH],
    ...['GET /readyz', 'GET /readyz', 'GET /readyz', PODS_PATH],
  ]);
});

test('what it refuses after it became ready is told', async () => {
  api = await recordingApi(behave({ readyz: [500, 200], answers: [noRight] }));
  expect((await failureOf(listPods(api.client))).type).toBe('TargetRightsMissing');
});

test('a server that never tells whether it is ready has to refuse for a while', async () => {
  api = await recordingApi(behave({ readyz: [403], answers: [noRight] }), { patienceMs: 600 });
  const begun = Date.now();
  expect((await failureOf(listPods(api.client))).type).toBe('TargetRightsMissing');
  expect(Date.now() - begun).toBeGreaterThan(600);
  expect(api.asked.filter((one) => one === PODS_PATH).length).toBeGreaterThan(1);
});

test('a server that is not ready for long is not believed either: Temporal tries again', async () => {
  api = await recordingApi(behave({ readyz: [500], answers: [noRight] }), { patienceMs: 300 });
  const { type, nonRetryable, message } = await failureOf(listPods(api.client));
  expect([type, nonRetryable]).toEqual(['TargetUnreachable', false]);
  expect(message).toMatch(/^list pods migrated: .* not ready/);
});

const CREATE = 'POST /api/v1/namespaces/migrated/configmaps?fieldValidation=Strict';

function create({ client }: RecordingApi): Promise<unknown> {
  const metadata = { name: 'any', namespace: 'migrated' };
  return client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

test('nothing is made later than it was meant to: Temporal tries the whole step again', async () => {
  api = await recordingApi(behave({ readyz: [403, 500, 200], answers: [noRight, yes] }));
  const { type, nonRetryable } = await failureOf(create(api));
  expect([type, nonRetryable]).toEqual(['TargetUnreachable', false]);
  expect(api.asked).toEqual([CREATE, 'GET /readyz', 'GET /readyz', 'GET /readyz']);
});

test('that nothing may be made is believed of a server that is ready, or never tells', async () => {
  api = await recordingApi(behave({ readyz: [200], answers: [noRight] }));
  expect((await failureOf(create(api))).type).toBe('TargetRightsMissing');
  expect(api.asked).toEqual([CREATE, 'GET /readyz', CREATE]);
  api.close();
  api = await recordingApi(behave({ readyz: [403], answers: [noRight, yes] }), { patienceMs: 300 });
  expect((await failureOf(create(api))).type).toBe('TargetRightsMissing');
  expect(api.asked.filter((one) => one === CREATE)).toEqual([CREATE]);
});

describe('what was refused is not made later', () => {
  /** A server that is ready, and then would make it. */
  const refusesOnce = () => behave({ readyz: [200], answers: [noRight, yes] });
  const TAKEN_OVER = () => Promise.reject(new ActivityNotFoundError('another attempt counts'));

  test('if the server was slow to say that it is ready', async () => {
    const answer = refusesOnce();
    const slow: RequestListener = (request, response) => {
      if (request.url === '/readyz') setTimeout(() => answer(request, response), 300);
      else answer(request, response);
    };
    api = await recordingApi(slow, { patienceMs: 50 });
    const { type, nonRetryable } = await failureOf(create(api));
    expect([type, nonRetryable]).toEqual(['TargetUnreachable', false]);
    expect(api.asked).toEqual([CREATE, 'GET /readyz']);
  });

  test('if another worker has taken the step over', async () => {
    api = await recordingApi(refusesOnce());
    const activity = new MockActivityEnvironment(
      { currentAttemptScheduledTimestampMs: Date.now() - 30_000 },
      { client: confirmingClient(TAKEN_OVER) },
    );
    await expect(activity.run(() => create(api))).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(api.asked).toEqual([CREATE, 'GET /readyz']);
  });

  test('if the step was cancelled meanwhile', async () => {
    const activity = new MockActivityEnvironment();
    const answer = refusesOnce();
    api = await recordingApi((request, response) => {
      if (request.url === '/readyz') activity.cancel();
      answer(request, response);
    });
    await expect(activity.run(() => create(api))).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(api.asked).toEqual([CREATE, 'GET /readyz']);
  });
});

test('a busy server is not asked again to make something', async () => {
  const later = refuse(429, 'storage is (re)initializing', { 'retry-after': '1' });
  api = await recordingApi(behave({ readyz: [200], answers: [later] }));
  expect((await failureOf(create(api))).type).toBe('TargetUnreachable');
  expect(api.asked).toEqual([CREATE]);
});

test('both looks go to one server, behind whatever balances the load', async () => {
  const sockets = new Map<string, Set<Socket>>();
  const behaviour = behave({ readyz: [500, 200], answers: [noRight] });
  api = await recordingApi((request, answer) => {
    const of = `${request.method} ${request.url}`;
    sockets.set(of, (sockets.get(of) ?? new Set()).add(request.socket));
    behaviour(request, answer);
  });
  await failureOf(listPods(api.client));
  const [first, second] = sockets.get(PODS_PATH)!;
  expect([...sockets.get('GET /readyz')!]).toEqual([second]);
  expect(first).not.toBe(second);
});

test('a Secret is looked at twice, too, and nothing is repeated of it', async () => {
  api = await recordingApi(behave({ readyz: [500, 200], answers: [noRight, yes] }));
  await expect(api.client.get(SECRETS, { name: 'login', namespace: 'migrated' })).resolves.toBeDefined();
});

test.each([
  ['a quota', 403, 'exceeded quota: small, requested: pods=1'],
  ['a rule of admission', 403, 'violates PodSecurity "restricted:latest"'],
  ['a fault', 500, 'etcd is away'],
  ['a busy server that says not when to come again', 429, 'try later'],
])('what %s refuses is told at once', async (_, status, message) => {
  api = await recordingApi(behave({ readyz: [200], answers: [refuse(status, message)] }));
  await failureOf(listPods(api.client));
  expect(api.asked).toEqual([PODS_PATH]);
});

test.each([
  [429, 'storage is (re)initializing'],
  [503, 'the request has been made before all known HTTP paths have been installed'],
])('%i (%s) is asked again when the server says', async (status, message) => {
  const later = refuse(status, message, { 'retry-after': '1' });
  api = await recordingApi(behave({ readyz: [200], answers: [later, later, yes] }));
  const begun = Date.now();
  await expect(listPods(api.client)).resolves.toMatchObject({ items: [] });
  expect(Date.now() - begun).toBeGreaterThan(1_900);
  expect(api.asked).toEqual([PODS_PATH, PODS_PATH, PODS_PATH]);
});

test('a server that wants to be asked in a minute only is not waited for', async () => {
  const later = refuse(429, 'storage is (re)initializing', { 'retry-after': '60' });
  api = await recordingApi(behave({ readyz: [200], answers: [later] }));
  const { type, nonRetryable } = await failureOf(listPods(api.client));
  expect([type, nonRetryable]).toEqual(['TargetUnreachable', false]);
});

test('a watch begins as soon as the server is ready', async () => {
  const event = (answer: ServerResponse) => answer.end('{"type":"ADDED"}\n');
  api = await recordingApi(behave({ readyz: [500, 200], answers: [noRight, event] }));
  const { signal } = new AbortController();
  const start = { resourceVersion: '0', timeoutSeconds: 60, signal };
  const heard: string[] = [];
  for await (const part of await api.client.watch(CONFIG_MAPS, start)) heard.push(part.toString());
  expect(heard.join('')).toContain('ADDED');
});

test('a review that lacks a right is believed only of a server that is ready', async () => {
  const review = (allowed: boolean) => (answer: ServerResponse) =>
    answer.writeHead(201).end(JSON.stringify({ status: { allowed } }));
  api = await recordingApi(behave({ readyz: [500, 200], answers: [review(false), review(true)] }));
  await expect(new RightsReviews().ofNetworks({ api: api.client, key: 'any' }, 'migrated')).resolves.toEqual(
    [],
  );
});
