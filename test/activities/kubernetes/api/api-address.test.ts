/** Against a real HTTPS server that remembers what it is asked: no name leads to another object. */
import fc from 'fast-check';
import { withField, withLabels } from '../../../../activities/kubernetes/api/api-address';
import { CONFIG_MAPS, PODS } from '../../../../activities/kubernetes/api/kinds';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import { waitFor } from '../../../../activities/kubernetes/waiting/wait';
import { recordingApi, type RecordingApi } from '../recording-api';

const REF = { namespace: 'shop', name: 'web' };

let api: RecordingApi;
beforeAll(async () => {
  api = await recordingApi();
});
beforeEach(() => {
  api.asked.length = 0;
});
afterAll(() => api.close());

const ATTACKS = [
  '../configmaps/x',
  '../../namespaces/kube-system',
  '..',
  '.',
  '',
  'a/b',
  'a?b=1',
  'a#b',
  'a%2fb',
  '%2e%2e',
  'a\\b',
  'a\nb',
  'a\u0000',
  'a b',
  'A',
  'é',
  'a'.repeat(254),
];

describe.each(ATTACKS)('of %j', (word) => {
  test('as a name no request is made, whatever is asked', async () => {
    const ref = { ...REF, name: word };
    const log = { ...ref, container: 'copy' };
    const requests = [
      api.client.get(CONFIG_MAPS, ref),
      api.client.find(CONFIG_MAPS, ref),
      api.client.findMetadata(CONFIG_MAPS, ref),
      api.client.patch(CONFIG_MAPS, ref, {}),
      api.client.delete(CONFIG_MAPS, ref),
      api.client.openLog(log, {}),
    ];
    for (const answer of await Promise.allSettled(requests)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { type: 'InvalidInput' } });
    }
    expect(api.asked).toEqual([]);
  });

  test('as a namespace no request is made, whatever is asked', async () => {
    const ref = { ...REF, namespace: word };
    const { signal } = new AbortController();
    const requests = [
      api.client.get(CONFIG_MAPS, ref),
      api.client.list(CONFIG_MAPS, { namespace: word }),
      api.client.create(CONFIG_MAPS, { metadata: ref }),
      api.client.deleteAll(CONFIG_MAPS, { namespace: word, labelSelector: 'a=b' }),
      api.client.watch(PODS, { namespace: word, timeoutSeconds: 1, resourceVersion: '0', signal }),
      api.client.openLog({ ...ref, container: 'copy' }, {}),
    ];
    for (const answer of await Promise.allSettled(requests)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { type: 'InvalidInput' } });
    }
    expect(api.asked).toEqual([]);
  });

  test('as a container no request is made', async () => {
    await expect(api.client.openLog({ ...REF, container: word }, {})).rejects.toMatchObject({
      type: 'InvalidInput',
    });
    expect(api.asked).toEqual([]);
  });
});

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const anyWord = fc.oneof(
  label,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .tuple(label, fc.constantFrom('/', '..', '../', '?', '#', '%', '%2f', '\\', '\n', ' ', '.'), label)
    .map((parts) => parts.join('')),
);

test('a request for any namespace and name is not made, or is for exactly that object', async () => {
  await fc.assert(
    fc.asyncProperty(anyWord, anyWord, async (namespace, name) => {
      api.asked.length = 0;
      try {
        await api.client.get(CONFIG_MAPS, { namespace, name });
      } catch (error) {
        expect(error).toMatchObject({ type: 'InvalidInput' });
        expect(api.asked).toEqual([]);
        return;
      }
      expect(api.asked).toEqual([`GET /api/v1/namespaces/${namespace}/configmaps/${name}`]);
    }),
    { numRuns: 500 },
  );
});

test('the refusal says which part it is, and repeats it in a bounded form', async () => {
  const long = `../${'x'.repeat(5_000)}`;
  const refusal = api.client.get(CONFIG_MAPS, { ...REF, name: long });
  await expect(refusal).rejects.toThrow(
    `the name of the ConfigMap is "../${'x'.repeat(77)}", which Kubernetes does not take: nothing was asked`,
  );
  await expect(api.client.list(PODS, { namespace: 'a?b=1' })).rejects.toThrow('the namespace is "a?b=1"');
});

test('queries hold what they are given, and nothing else', async () => {
  await api.client.list(PODS, { namespace: 'shop', labelSelector: 'a=b&limit=1', limit: 5 });
  expect(api.asked).toEqual(['GET /api/v1/namespaces/shop/pods?labelSelector=a%3Db%26limit%3D1&limit=5']);
});

test.each(['x,other!=y', 'x in (a,b)', '', 'a=b', 'a b', 'x'.repeat(64)])(
  'the value %j makes no selector',
  (value) => {
    expect(() => withLabels({ 'drover.dev/vm': value })).toThrow('the label drover.dev/vm is');
    expect(() => withField('metadata.name', `${value},x=y`)).toThrow('the field metadata.name is');
  },
);

test('labels and fields with ordinary values are selected', () => {
  expect(withLabels({ 'drover.dev/vm': 'vm-42', 'drover.dev/plan': 'Shop.1_a' })).toBe(
    'drover.dev/vm=vm-42,drover.dev/plan=Shop.1_a',
  );
  expect(withField('metadata.name', 'web-01.example')).toBe('metadata.name=web-01.example');
});

test('a path in the URL of the server stays a path, however many slashes it begins with', async () => {
  const behind = await recordingApi(undefined, { path: '//other.example.com/k8s/?a=b#c' });
  await behind.client.get(CONFIG_MAPS, REF);
  expect(behind.asked).toEqual(['GET //other.example.com/k8s/api/v1/namespaces/shop/configmaps/web']);
  behind.close();
});

test('who waits for what no namespace can hold is refused at once', async () => {
  const informers = new Informers();
  const cluster = { api: api.client, key: 'api' };
  const { signal } = new AbortController();
  const options = { deadline: Date.now() + 60_000, signal };
  const wait = informers.using(cluster, { kind: PODS, namespace: '../x' }, (pods) =>
    waitFor(
      pods,
      () => true,
      () => undefined,
      options,
    ),
  );
  await expect(wait).rejects.toMatchObject({ type: 'InvalidInput' });
  expect(api.asked).toEqual([]);
  informers.close();
});
