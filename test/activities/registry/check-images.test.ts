/** Against the lab's real registry, as its clients are to find it: open, by Basic login, by tokens, over TLS, gone. */
import { createHash } from 'node:crypto';
import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../activities/kubernetes/access/clusters';
import { type ApiObject, type Kind, NODES } from '../../../activities/kubernetes/api/kinds';
import { AllowedImages } from '../../../activities/kubernetes/access/allowed-images';
import { checkImages, type RegistrySettings } from '../../../activities/registry/check-images';
import { isNearAddress } from '../../../activities/registry/near-addresses';
import { referred } from '../../../activities/registry/transport';
import { pushImage } from '../../../lab/push-image';
import { type Registry, type RegistryOptions, startRegistry } from '../../../lab/registry';
import type { CheckedImages, ImageFact } from '../../../plan/images';
import { tokenServiceOf } from '../../support/token-service';

const BUILD_TIMEOUT_MS = 300_000;
const NAMESPACE = 'migrated';
const ADA = { username: 'ada', password: 'rather:secret' };
const OPEN: RegistrySettings = { allowed: new AllowedImages(null), plainHttp: [] };
const SERVED_ON = '127.0.0.1';
/** Of registries that were started: they are on this machine, too, and so must be listed. */
const tokenServices: string[] = [];

/** Of an operator who lists the image's registry: why it can't be used is told. */
function listing(image: string): RegistrySettings {
  return { allowed: new AllowedImages([`${image.split('/')[0]}/*`]), plainHttp: tokenServices };
}

const dir = mkdtempSync(join(tmpdir(), 'drover-images-'));
const running: { stop(): Promise<void> }[] = [];
let open: Registry;

beforeAll(async () => {
  open = await start('open', {});
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await Promise.all(running.map((registry) => registry.stop()));
  rmSync(dir, { recursive: true });
});

async function start(name: string, options: Omit<RegistryOptions, 'dir'>): Promise<Registry> {
  const registry = await startRegistry({ dir: join(dir, name), ...options });
  running.push(registry);
  if (options.login?.by === 'token') tokenServices.push(await tokenServiceOf(registry));
  return registry;
}

/** A target with these objects, by `kind/name`, and nodes of these processors. */
function cluster(objects: Record<string, object> = {}, architectures: string[] = ['amd64']): Cluster {
  const api = {
    find: (kind: Kind<ApiObject>, { namespace = '', name }: { namespace?: string; name: string }) => {
      expect(namespace).toBe(NAMESPACE);
      return Promise.resolve(objects[`${kind.kind}/${name}`] ?? null);
    },
    listMetadata: (kind: Kind<ApiObject>) => {
      expect(kind).toBe(NODES);
      const nodes = architectures.map((arch) => ({
        metadata: { labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': arch } },
      }));
      return Promise.resolve({ items: nodes, metadata: { resourceVersion: '1' } });
    },
  };
  return { api: api as unknown as Cluster['api'], key: 'test' };
}

function pullSecret(host: string, { username, password }: typeof ADA): object {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const text = JSON.stringify({ auths: { [host]: { auth } } });
  const data = { '.dockerconfigjson': Buffer.from(text).toString('base64') };
  return { type: 'kubernetes.io/dockerconfigjson', data };
}

interface Question {
  target?: Cluster;
  account?: string;
  /** Of this image's Pod, where that has another. */
  own?: string;
  pullSecret?: string;
  registryCa?: string;
  settings?: RegistrySettings;
}

function check(image: string, question: Question = {}): Promise<CheckedImages> {
  return checkImages({
    cluster: question.target ?? cluster(),
    namespace: NAMESPACE,
    account: question.account ?? 'default',
    wanted: [
      {
        image,
        pullSecret: question.pullSecret ?? null,
        ...(question.own !== undefined && { account: question.own }),
      },
    ],
    unasked: [],
    registryCa: question.registryCa ?? null,
    settings: question.settings ?? listing(image),
    signal: new AbortController().signal,
  });
}

async function factOf(image: string, question: Question = {}): Promise<ImageFact | undefined> {
  const { images } = await check(image, question);
  // Whatever went wrong, no login is told.
  expect(JSON.stringify(images)).not.toContain(ADA.password);
  return images[0]?.fact;
}

test('an image is pinned to what its tag means, and says for which platform it is', async () => {
  const reference = `${open.host}/vendor/offload:1`;
  const digest = await pushImage({ platforms: ['linux/amd64'] }, { reference });
  expect(await check(reference)).toEqual({
    images: [
      {
        image: reference,
        pullSecret: null,
        fact: { kind: 'found', pinned: `${open.host}/vendor/offload@${digest}`, platforms: ['linux/amd64'] },
      },
    ],
    nodePlatforms: ['linux/amd64'],
    authorityFault: null,
  });
});

test('a tag that is moved does not move what it was pinned to', async () => {
  const reference = `${open.host}/vendor/moving:1`;
  const first = await pushImage({ labels: { version: '1' } }, { reference });
  const pinned = await factOf(reference);
  const second = await pushImage({ labels: { version: '2' } }, { reference });
  expect(second).not.toBe(first);
  expect(pinned).toMatchObject({ pinned: `${open.host}/vendor/moving@${first}` });
  expect(await factOf(`${open.host}/vendor/moving@${first}`)).toMatchObject(pinned ?? {});
  expect(await factOf(reference)).toMatchObject({ pinned: `${open.host}/vendor/moving@${second}` });
});

test('an index is pinned as a whole, and says all of its platforms', async () => {
  const reference = `${open.host}/vendor/several:1`;
  const digest = await pushImage({ platforms: ['linux/amd64', 'linux/arm64'] }, { reference });
  expect(await check(reference, { target: cluster({}, ['arm64', 's390x', 'arm64']) })).toMatchObject({
    images: [
      {
        fact: { pinned: `${open.host}/vendor/several@${digest}`, platforms: ['linux/amd64', 'linux/arm64'] },
      },
    ],
    nodePlatforms: ['linux/arm64', 'linux/s390x'],
  });
});

test('a tag, a repository or a digest that is not there is missing', async () => {
  await pushImage({}, { reference: `${open.host}/vendor/there:1` });
  expect(await factOf(`${open.host}/vendor/there:2`)).toEqual({ kind: 'missing' });
  expect(await factOf(`${open.host}/vendor/nowhere:1`)).toEqual({ kind: 'missing' });
  expect(await factOf(`${open.host}/vendor/there@sha256:${'0'.repeat(64)}`)).toEqual({ kind: 'missing' });
});

describe.each(['basic', 'token'] as const)('a registry with %s login', (by) => {
  let registry: Registry;
  let reference: string;
  let digest: string;
  beforeAll(async () => {
    registry = await start(by, { login: { by, users: { [ADA.username]: ADA.password } } });
    reference = `${registry.host}/private/offload:1`;
    digest = await pushImage({}, { reference, login: ADA });
  });
  const found = () => ({ kind: 'found', pinned: `${registry.host}/private/offload@${digest}` });

  test('gives nothing away without one', async () => {
    expect(await factOf(reference)).toEqual({ kind: 'loginMissing', status: 401, secrets: [] });
  });

  test('takes that of the Secret that is named', async () => {
    const target = cluster({ 'Secret/vendor': pullSecret(registry.host, ADA) });
    expect(await factOf(reference, { target, pullSecret: 'vendor' })).toMatchObject(found());
    expect(await factOf(`${registry.host}/private/none:1`, { target, pullSecret: 'vendor' })).toEqual({
      kind: 'missing',
    });
  });

  test('takes that of the ServiceAccount where none is named, and only then', async () => {
    const account = { imagePullSecrets: [{ name: 'gone' }, { name: 'site' }] };
    const objects = { 'ServiceAccount/default': account, 'Secret/site': pullSecret(registry.host, ADA) };
    expect(await factOf(reference, { target: cluster(objects) })).toMatchObject(found());
    const elsewhere = pullSecret('other.example.com', ADA);
    const target = cluster({ ...objects, 'Secret/vendor': elsewhere });
    expect(await factOf(reference, { target, pullSecret: 'vendor' })).toEqual({
      kind: 'loginMissing',
      status: 401,
      secrets: ['vendor'],
    });
  });

  test('takes that of the ServiceAccount that the Pods run as', async () => {
    const account = { imagePullSecrets: [{ name: 'site' }] };
    const objects = { 'ServiceAccount/movers': account, 'Secret/site': pullSecret(registry.host, ADA) };
    const target = cluster(objects);
    expect(await factOf(reference, { target, account: 'movers' })).toMatchObject(found());
    expect(await factOf(reference, { target })).toMatchObject({ kind: 'loginMissing' });
    expect(await factOf(reference, { target, own: 'movers' })).toMatchObject(found());
    expect(await factOf(reference, { target, account: 'movers', own: 'ops' })).toMatchObject({
      kind: 'loginMissing',
    });
  });

  test('refuses a wrong one, and takes a right one after it', async () => {
    const wrong = pullSecret(registry.host, { ...ADA, password: 'wrong' });
    const target = cluster({ 'Secret/vendor': wrong });
    expect(await factOf(reference, { target, pullSecret: 'vendor' })).toEqual({
      kind: 'loginRefused',
      status: 401,
      secrets: ['vendor'],
    });
    const account = { imagePullSecrets: [{ name: 'wrong' }, { name: 'right' }] };
    const right = pullSecret(registry.host, ADA);
    const objects = { 'ServiceAccount/default': account, 'Secret/wrong': wrong, 'Secret/right': right };
    expect(await factOf(reference, { target: cluster(objects) })).toMatchObject(found());
  });
});

test('a pull secret that is not there, or is none, is named', async () => {
  const reference = `${open.host}/vendor/offload:1`;
  const objects = {
    'Secret/opaque': { type: 'Opaque', data: {} },
    'Secret/empty': { type: 'kubernetes.io/dockerconfigjson', data: {} },
  };
  const ask = (name: string) => factOf(reference, { target: cluster(objects), pullSecret: name });
  expect(await ask('gone')).toEqual({ kind: 'pullSecretMissing' });
  expect(await ask('opaque')).toEqual({
    kind: 'pullSecretUnusable',
    secret: 'opaque',
    why: 'is of type Opaque, which is none of pull secrets',
  });
  expect(await ask('empty')).toMatchObject({ why: 'has no key .dockerconfigjson' });
});

test('a certificate is trusted by the authority that the plan names, for the token service, too', async () => {
  const users = { [ADA.username]: ADA.password };
  const registry = await start('tls', { tls: true, login: { by: 'token', users } });
  const ca = readFileSync(registry.ca ?? '', 'utf8');
  const reference = `${registry.host}/vendor/offload:1`;
  const digest = await pushImage({}, { reference, ca: registry.ca, login: ADA });
  const target = cluster({
    'Secret/vendor': pullSecret(registry.host, ADA),
    'ConfigMap/authority': { data: { 'ca.crt': ca } },
    'ConfigMap/empty': { data: {} },
    'ConfigMap/wrong': { data: { 'ca.crt': 'nonsense' } },
  });
  const ask = (registryCa?: string) => check(reference, { target, pullSecret: 'vendor', registryCa });
  expect(await ask('authority')).toMatchObject({
    images: [{ fact: { kind: 'found', pinned: `${registry.host}/vendor/offload@${digest}` } }],
  });
  expect(await ask()).toMatchObject({
    images: [{ fact: { kind: 'certificateRefused', why: 'its authority is not known' } }],
  });
  expect(await ask('gone')).toMatchObject({
    images: [],
    authorityFault: `namespace ${NAMESPACE} has no ConfigMap "gone"`,
  });
  expect(await ask('empty')).toMatchObject({
    authorityFault: `ConfigMap ${NAMESPACE}/empty has no key ca.crt`,
  });
  expect(await ask('wrong')).toMatchObject({
    authorityFault: `ca.crt of ConfigMap ${NAMESPACE}/wrong is no certificate`,
  });
});

test('a registry that is down, or unknown, is not reached', async () => {
  const registry = await start('down', {});
  await registry.stop();
  expect(await factOf(`${registry.host}/vendor/offload:1`)).toEqual({
    kind: 'unreachable',
    why: expect.stringMatching(/^connection (refused|lost)$/) as string,
  });
  const unknown = await factOf('registry.invalid/vendor/offload:1');
  expect(unknown).toMatchObject({ kind: 'unreachable', why: expect.stringMatching(/DNS/) as string });
});

test('what answers at a place that no list of the operator names is not told', async () => {
  const registry = await start('gone', {});
  await registry.stop();
  const silent = await serve((_request, answer) => answer.writeHead(503).end());
  const places = [registry.host, silent, 'registry.invalid', 'registry.invalid:22', '169.254.169.254'];
  const settings = { ...OPEN, plainHttp: [registry.host, silent] };
  const facts = await Promise.all(places.map((place) => factOf(`${place}/vendor/offload:1`, { settings })));
  expect(new Set(facts.map((fact) => JSON.stringify(fact)))).toEqual(
    new Set([
      JSON.stringify({
        kind: 'unreachable',
        why:
          "it gives no usable answer, or is on the worker's own machine or link " +
          "(where the worker's DROVER_ALLOWED_IMAGES lists it, it is asked there, too, and why is told)",
      }),
    ]),
  );
});

test('many images are asked for some at a time, each Secret once', async () => {
  let [running, most] = [0, 0];
  let meet = (): void => undefined;
  const allMet = new Promise<void>((resolve) => (meet = resolve));
  const server = await serve((_request, answer) => {
    most = Math.max(most, ++running);
    if (running === 4) meet();
    // Long enough for more to come, if more would.
    void allMet.then(() =>
      setTimeout(() => {
        running--;
        answer.writeHead(404).end();
      }, 20),
    );
  });
  let read = 0;
  const target = cluster({ 'Secret/vendor': pullSecret(server, ADA) });
  const find = target.api.find.bind(target.api);
  Object.assign(target.api, { find: (...args: Parameters<typeof find>) => (read++, find(...args)) });
  const names = Array.from({ length: 12 }, (_, index) => `${server}/vendor/offload:${index}`);
  const { images } = await checkImages({
    cluster: target,
    namespace: NAMESPACE,
    account: 'default',
    wanted: names.map((image) => ({ image, pullSecret: 'vendor' })),
    unasked: [],
    registryCa: null,
    settings: { ...OPEN, plainHttp: [server] },
    signal: new AbortController().signal,
  });
  expect(images.map(({ image, fact }) => [image, fact.kind])).toEqual(names.map((name) => [name, 'missing']));
  expect({ most, read }).toEqual({ most: 4, read: 1 });
});

test('an image that is not allowed is not asked for', async () => {
  const asked: string[] = [];
  const server = await serve((request, answer) => {
    asked.push(request.url ?? '');
    answer.writeHead(404).end();
  });
  const patterns = [`${server}/vendor/*`, 'registry.example.com/*'];
  const settings = { ...OPEN, allowed: new AllowedImages(patterns) };
  expect(await factOf(`${server}/other/offload:1`, { settings })).toEqual({
    kind: 'notAllowed',
    allowed: patterns,
  });
  expect(asked).toEqual([]);
  expect(await factOf(`${server}/vendor/offload:1`, { settings })).toEqual({ kind: 'missing' });
});

test('what is no container image says what it is', async () => {
  const chart = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: 'sha256:0' },
  });
  const server = await serve((_request, answer) => answer.end(chart));
  expect(await factOf(`${server}/vendor/chart:1`)).toEqual({
    kind: 'notAnImage',
    found: 'application/vnd.cncf.helm.config.v1+json',
  });
});

describe('what a registry or a cluster lists without end', () => {
  const factOfManifest = async (manifest: object) => {
    const body = JSON.stringify(manifest);
    return factOf(`${await serve((_request, answer) => answer.end(body))}/vendor/offload:1`);
  };

  test.each([
    [
      'platforms',
      Array.from({ length: 50_000 }, (_, index) => ({
        platform: { os: 'linux', architecture: `a${index}` },
      })),
    ],
    ['a platform', [{ platform: { os: 'linux', architecture: 'a'.repeat(1_000_000) } }]],
  ])('an index with %s that no image is for says none', async (_, manifests) => {
    expect(await factOfManifest({ manifests })).toMatchObject({ kind: 'found', platforms: null });
  });

  test('a type of a megabyte is cut', async () => {
    const config = { mediaType: 'x'.repeat(1_000_000), digest: 'sha256:0' };
    const fact = await factOfManifest({ config });
    expect(fact).toMatchObject({ kind: 'notAnImage', found: expect.stringMatching(/^x{199}…$/) as string });
  });

  test('platforms of nodes are told up to a number', async () => {
    const target = cluster(
      {},
      Array.from({ length: 5_000 }, (_, index) => `a${index}`),
    );
    const server = await serve((_request, answer) => answer.writeHead(404).end());
    const { nodePlatforms } = await check(`${server}/vendor/offload:1`, { target });
    expect(nodePlatforms).toHaveLength(64);
  });
});

test('a registry that knows no HEAD and names no digest is believed by the manifest itself', async () => {
  const index = JSON.stringify({ manifests: [{ platform: { os: 'linux', architecture: 'amd64' } }] });
  const server = await serve((request, answer) => {
    if (request.method === 'HEAD') answer.writeHead(405).end();
    else answer.end(index);
  });
  const digest = createHash('sha256').update(index).digest('hex');
  expect(await factOf(`${server}/vendor/offload:1`)).toEqual({
    kind: 'found',
    pinned: `${server}/vendor/offload@sha256:${digest}`,
    platforms: ['linux/amd64'],
  });
});

test.each<[string, RequestListener, string]>([
  ['fails', (_, answer) => answer.writeHead(503).end(), 'it answers 503'],
  [
    'redirects in a circle',
    (_, answer) => answer.writeHead(307, { location: '/v2/' }).end(),
    'it redirects without end',
  ],
  [
    'sends the login elsewhere in the clear',
    (_, answer) => answer.writeHead(307, { location: 'http://registry.example.com/v2/' }).end(),
    'it refers to http://registry.example.com, which is not encrypted',
  ],
  [
    'gives another manifest than it says',
    (_, answer) => answer.writeHead(200, { 'docker-content-digest': `sha256:${'1'.repeat(64)}` }).end('{}'),
    'it gives a manifest that does not have its digest',
  ],
  [
    'asks for a login that nobody knows',
    (_, answer) => answer.writeHead(401, { 'www-authenticate': 'Negotiate' }).end(),
    'it asks for a login in no way that is known',
  ],
])('a registry that %s gives no usable answer', async (_name, listener, why) => {
  expect(await factOf(`${await serve(listener)}/vendor/offload:1`)).toEqual({ kind: 'unreachable', why });
});

test('a login is not sent on to where a registry redirects', async () => {
  const seen: (string | undefined)[] = [];
  const storage = await serve((request, answer) => {
    seen.push(request.headers.authorization);
    answer.writeHead(404).end();
  });
  const server = await serve((request, answer) => {
    if (request.headers.authorization === undefined) {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    } else {
      answer.writeHead(307, { location: `http://${storage}${request.url}` }).end();
    }
  });
  const target = cluster({ 'Secret/vendor': pullSecret(server, ADA) });
  const settings = { ...OPEN, plainHttp: [server, storage] };
  expect(await factOf(`${server}/vendor/offload:1`, { target, pullSecret: 'vendor', settings })).toEqual({
    kind: 'missing',
  });
  expect(seen).toEqual([undefined]);
});

type Done = (error: NodeJS.ErrnoException | null, found: string | LookupAddress[], family: number) => void;
const FAR = { address: '192.0.2.1', family: 4 };
const NEAR = { address: SERVED_ON, family: 4 };

describe("a service on the worker's own machine or link that no list of the operator names", () => {
  let [connections, port] = [0, ''];
  beforeAll(async () => {
    const place = await serve(
      (_request, answer) => answer.writeHead(404).end(),
      () => connections++,
    );
    port = place.split(':')[1] ?? '';
  });
  beforeEach(() => {
    connections = 0;
    const { lookup } = dns;
    jest.spyOn(dns, 'lookup').mockImplementation(((name: string, options: LookupOptions, done: Done) => {
      if (!name.endsWith('.example.com')) return lookup(name, options, done);
      // What the owner of a name lets it mean: also only now and then.
      if (options.all) done(null, [FAR, NEAR], FAR.family);
      else done(null, NEAR.address, NEAR.family);
    }) as typeof dns.lookup);
  });
  afterEach(() => jest.restoreAllMocks());

  test.each([SERVED_ON, 'localhost', '[::ffff:7f00:1]', '0.0.0.0', '2130706433', 'rebound.example.com'])(
    'is not spoken to as the registry %s',
    async (host) => {
      const fact = await factOf(`${host}:${port}/vendor/offload:1`, { settings: OPEN });
      expect(fact).toMatchObject({ kind: 'unreachable' });
      expect(connections).toBe(0);
    },
  );

  test.each([SERVED_ON, 'localhost', 'rebound.example.com'])(
    'is not spoken to as %s, where a listed registry redirects or refers for a token',
    async (host) => {
      const there = `https://${host}:${port}/token`;
      for (const answerOf of [
        (answer: ServerResponse) => answer.writeHead(307, { location: there }).end(),
        (answer: ServerResponse) =>
          answer.writeHead(401, { 'www-authenticate': `Bearer realm="${there}"` }).end(),
      ]) {
        const server = await serve((_request, answer) => void answerOf(answer));
        expect(await factOf(`${server}/vendor/offload:1`)).toEqual({
          kind: 'unreachable',
          why: "it is at an address of the worker's own machine or link",
        });
      }
      expect(connections).toBe(0);
    },
  );

  test.each(['localhost', 'rebound.example.com'])('is asked as %s once it is listed', async (host) => {
    expect(await factOf(`${host}:${port}/vendor/offload:1`)).not.toEqual(
      expect.objectContaining({ why: expect.stringContaining('own machine') as string }),
    );
    expect(connections).toBeGreaterThan(0);
  });
});

test.each<[string, boolean]>([
  ['127.9.9.9', true],
  ['169.254.169.254', true],
  ['[fe80::1]', true],
  ['[fd00:ec2::254]', true],
  ['[64:ff9b::a9fe:a9fe]', true],
  ['[::127.0.0.1]', true],
  ['[::]', true],
  ['0.0.0.0', true],
  ['224.0.0.1', true],
  ['[ff02::1]', true],
  ['100.100.100.200', true],
  ['10.0.0.1', false],
  ['192.168.1.1', false],
  ['[fd00::1]', false],
  ['registry.example.com', false],
])('whether %s is the address of a machine or link of the worker: %s', (host, near) => {
  expect(isNearAddress(new URL(`https://${host}/`).hostname)).toBe(near);
});

test.each(['/v2/', '../../../v2/_catalog', 'sha256:0', `sha256:${'0'.repeat(64)}?a=b`])(
  'a manifest whose configuration is %j leads nowhere',
  async (digest) => {
    const mediaType = 'application/vnd.oci.image.config.v1+json';
    const manifest = JSON.stringify({ config: { mediaType, digest } });
    const asked: string[] = [];
    const server = await serve((request, answer) => {
      asked.push(request.url ?? '');
      answer.end(manifest);
    });
    expect(await factOf(`${server}/vendor/offload:1`)).toEqual({
      kind: 'notAnImage',
      found: `${mediaType} without a digest`,
    });
    expect(new Set(asked)).toEqual(new Set(['/v2/vendor/offload/manifests/1']));
  },
);

test('a digest that a registry names in a header is taken only if it is one', async () => {
  const asked: string[] = [];
  const server = await serve((request, answer) => {
    asked.push(request.url ?? '');
    answer.setHeader('docker-content-digest', `sha256:${'0'.repeat(9)}`).end('{"manifests":[]}');
  });
  expect(await factOf(`${server}/vendor/offload:1`)).toMatchObject({ kind: 'found' });
  expect(new Set(asked)).toEqual(new Set(['/v2/vendor/offload/manifests/1']));
});

test.each([
  'http://localhost:9090/metrics',
  'https://127.0.0.2/',
  'https://[::1]/',
  'https://0.0.0.0/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://2130706433/',
])('a registry elsewhere does not send us to %s', (address) => {
  const to = new URL(address);
  const from = new URL('https://registry.example.com/v2/');
  expect(() => referred(to, from)).toThrow('it refers to an address of this machine');
  expect(referred(to, new URL('http://127.0.0.1:5000/v2/'))).toBe(to);
});

test('nobody is asked for a plan without plugins; what else it runs must be allowed nevertheless', async () => {
  const nobody = { api: {} as Cluster['api'], key: 'none' };
  const allowed = new AllowedImages(['registry.example.com/*']);
  const unasked = ['registry.example.com/conversion:1', 'elsewhere.example.com/conversion:1'];
  const where = { cluster: nobody, namespace: NAMESPACE, account: 'default' };
  const question = { ...where, wanted: [], unasked, registryCa: 'authority' };
  const { signal } = new AbortController();
  expect(await checkImages({ ...question, settings: { ...OPEN, allowed }, signal })).toEqual({
    images: [
      { image: unasked[1], pullSecret: null, fact: { kind: 'notAllowed', allowed: allowed.patterns } },
    ],
    nodePlatforms: [],
    authorityFault: null,
  });
});

/** A registry that no real one would be. `host:port`. */
async function serve(listener: RequestListener, onConnection: () => void = () => {}): Promise<string> {
  const server = createServer(listener).on('connection', onConnection);
  await new Promise<void>((resolve) => server.listen(0, SERVED_ON, resolve));
  running.push({
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return `${SERVED_ON}:${(server.address() as AddressInfo).port}`;
}
