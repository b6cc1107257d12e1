/** Images as the node pulls, unpacks and runs them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Container, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { baseLayer, skeleton } from '../../../lab/image-bases';
import { type ImageRecipe, type Layer, type LayerEntry, pushImage } from '../../../lab/push-image';
import { type Registry, type RegistryLogin, startRegistry } from '../../../lab/registry';
import { NAMESPACE, NodeCluster } from './node-cluster';
import { eventually } from '../../support/eventually';

const ADA = { username: 'ada', password: 'rather secret' };
const cluster = new NodeCluster();
const others: Registry[] = [];
let shell: Layer;

beforeAll(async () => {
  await cluster.start();
  shell = await baseLayer('shell');
}, 300_000);
afterAll(async () => {
  await Promise.all(others.map((registry) => registry.stop()));
  await cluster.stop();
});

/** An image with a shell and these files, which are the topmost layers. */
function recipe(layers: Layer[] = [], config: Omit<ImageRecipe, 'layers'> = {}): ImageRecipe {
  return { entrypoint: ['/bin/sh', '-c'], user: '107', ...config, layers: [skeleton(), shell, ...layers] };
}

const says = (words: string) => recipe([], { cmd: [`echo ${words}`] });

function layer(...entries: LayerEntry[]): Layer {
  return { entries };
}

async function push(name: string, image: ImageRecipe): Promise<{ reference: string; digest: string }> {
  const reference = `${cluster.registry.host}/${name}`;
  return { reference, digest: await pushImage(image, { reference }) };
}

/** Creates a Pod whose container says nothing but which image it is. */
async function create(name: string, image: string, more: Partial<V1Container & V1PodSpec> = {}) {
  const { imagePullPolicy, imagePullSecrets, serviceAccountName, securityContext } = more;
  const container = { name: 'main', image, imagePullPolicy, securityContext };
  await cluster.core.createNamespacedPod({
    namespace: NAMESPACE,
    body: {
      metadata: { name },
      spec: { restartPolicy: 'Never', containers: [container], imagePullSecrets, serviceAccountName },
    },
  });
}

async function outputOf(name: string): Promise<string> {
  await cluster.untilEnded(name);
  return cluster.logs(name);
}

const main = (pod: V1Pod) => pod.status?.containerStatuses?.[0];

/** What the container waits for, as soon as it is that. */
async function untilWaiting(name: string, reason: string): Promise<string> {
  const pod = await cluster.untilPod(name, (seen) => main(seen)?.state?.waiting?.reason === reason);
  expect(pod.status?.phase).toBe('Pending');
  return main(pod)?.state?.waiting?.message ?? '';
}

function untilEvent(pod: string, reason: string, words: string): Promise<true> {
  return eventually(async () => {
    const fieldSelector = `involvedObject.name=${pod},reason=${reason}`;
    const { items } = await cluster.core.listNamespacedEvent({ namespace: NAMESPACE, fieldSelector });
    return items.some(({ message = '' }) => message.includes(words)) ? true : null;
  });
}

async function locked(name: string, by: RegistryLogin['by']): Promise<Registry> {
  const login = { by, users: { [ADA.username]: ADA.password } };
  const registry = await startRegistry({ dir: join(cluster.dir, name), login });
  others.push(registry);
  return registry;
}

async function pullSecret(name: string, registry: string, login: typeof ADA): Promise<void> {
  const config = JSON.stringify({ auths: { [registry]: login } });
  await cluster.core.createNamespacedSecret({
    namespace: NAMESPACE,
    body: {
      metadata: { name },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': config },
    },
  });
}

test('a container has the image’s files and nothing of the machine’s, its entrypoint, environment, user and folder', async () => {
  const accounts = layer(
    { path: '/etc/passwd', content: 'root:x:0:0::/:/bin/sh\nalice:x:4711:4712::/:/bin/sh\n' },
    { path: '/etc/group', content: 'root:x:0:\nstaff:x:4713:bob,alice\n' },
    { path: '/srv/data/greeting', content: 'hello from the image\n' },
  );
  const script = [
    'echo "$0 $GREETING $PWD $(id -u):$(id -g):$(id -G)"',
    'cat greeting; ls /; test -e /usr/bin/bwrap || echo "no bwrap"; stat -c %a /tmp',
    'touch /srv/data/new 2>/dev/null || echo "not mine"; touch /tmp/new && echo scratch',
  ].join('\n');
  const config = { cmd: [script, 'image'], env: { GREETING: 'hi' }, user: 'alice', workingDir: '/srv/data' };
  const { reference, digest } = await push('team/whole:1', recipe([accounts], config));
  await create('whole', reference);
  expect((await outputOf('whole')).split('\n')).toEqual([
    'image hi /srv/data 4711:4712:4712 4713',
    'hello from the image',
    ...[
      'bin',
      'dev',
      'etc',
      'home',
      'lib',
      'lib64',
      'mnt',
      'opt',
      'proc',
      'root',
      'run',
      'sbin',
      'srv',
      'sys',
    ],
    ...['tmp', 'usr', 'var', 'no bwrap', '1777', 'not mine', 'scratch', ''],
  ]);
  const pod = await cluster.untilEnded('whole');
  expect(main(pod)).toMatchObject({
    image: reference,
    imageID: `${cluster.registry.host}/team/whole@${digest}`,
  });
});

test('volumes are mounted where the image has a folder, where it has none, and behind its links', async () => {
  const { reference } = await push(
    'mounted:1',
    recipe([
      layer(
        { path: '/etc/app/default', content: 'of the image\n' },
        { path: '/config', link: '/etc/app/extra' },
        { path: '/srv/covered/file', content: 'covered\n' },
      ),
    ]),
  );
  await cluster.core.createNamespacedConfigMap({
    namespace: NAMESPACE,
    body: { metadata: { name: 'extra' }, data: { key: 'of the volume' } },
  });
  await cluster.run('mounted', '', {
    container: {
      image: reference,
      args: ['cat /etc/app/default /etc/app/extra/key; ls /srv/covered /deep/er; ls -ld /etc /etc/app'],
      volumeMounts: ['/config', '/srv/covered', '/deep/er'].map((mountPath) => ({
        name: 'extra',
        mountPath,
      })),
    },
    volumes: [{ name: 'extra', configMap: { name: 'extra' } }],
  });
  const lines = (await outputOf('mounted')).split('\n');
  expect(lines.slice(0, 2)).toEqual(['of the image', 'of the volume/deep/er:']);
  expect(lines.slice(2, 6)).toEqual(['key', '', '/srv/covered:', 'key']);
  expect(lines.slice(6, 8).map((line) => line.slice(0, 10))).toEqual(['drwxr-xr-x', 'drwxr-xr-x']);
});

test('what an upper layer removes is not there, and what it replaces is the upper one’s', async () => {
  const lower = layer(
    { path: '/srv/removed', content: 'lower' },
    { path: '/srv/replaced', content: 'lower' },
    { path: '/srv/emptied/one', content: 'lower' },
    { path: '/srv/kept', content: 'lower' },
  );
  const upper = layer(
    { path: '/srv/.wh.removed', content: '' },
    { path: '/srv/replaced', content: 'upper' },
    { path: '/srv/emptied/.wh..wh..opq', content: '' },
    { path: '/srv/emptied/two', content: 'upper' },
  );
  const look = { cmd: ['cd /srv; find . | sort; cat replaced kept; echo'] };
  const both = await push('whiteouts:1', recipe([lower, upper], look));
  await create('whiteouts', both.reference);
  expect(await outputOf('whiteouts')).toBe(
    ['.', './emptied', './emptied/two', './kept', './replaced', 'upperlower', ''].join('\n'),
  );
  const below = await push('whiteouts:2', recipe([lower], look));
  await create('no-whiteouts', below.reference);
  expect(await outputOf('no-whiteouts')).toContain('./removed\n./replaced\nlowerlower\n');
});

test('no path of a layer leads out of the image', async () => {
  const folder = join(cluster.dir, 'evil');
  mkdirSync(join(folder, 'tree'), { recursive: true });
  const outside = join(cluster.dir, 'outside');
  mkdirSync(outside);
  const [link, file, archive] = [
    join(folder, 'tree', 'link'),
    join(folder, 'tree', 'file'),
    join(folder, 'evil.tar.gz'),
  ];
  symlinkSync(outside, link);
  writeFileSync(file, 'evil');
  const tar = ['-C', join(folder, 'tree'), '-czPf', archive];
  const names = [
    '--transform',
    's,^file$,../../../../../../../../../..' + outside + '/dots,',
    'link',
    'file',
  ];
  execFileSync('tar', [...tar, ...names]);
  const through = join(folder, 'through.tar.gz');
  execFileSync('tar', [
    '-C',
    join(folder, 'tree'),
    '-czPf',
    through,
    '--transform',
    's,^file$,link/through,',
    'file',
  ]);
  const evil = [archive, through].map((cache) => ({ entries: [], cache }));
  const { reference } = await push('evil:1', recipe(evil, { cmd: ['echo runs'] }));
  await create('evil', reference);
  expect(await outputOf('evil')).toBe('runs\n');
  expect(execFileSync('ls', [outside]).toString()).toBe('');
});

test('a tag that moved changes nothing for whoever names the digest', async () => {
  const old = await push('moved:1', says('old'));
  await push('moved:1', says('new'));
  const pinned = `${cluster.registry.host}/moved@${old.digest}`;
  await create('pinned', pinned);
  await create('pinned-with-tag', `${old.reference}@${old.digest}`);
  await create('by-tag', old.reference);
  expect(await outputOf('pinned')).toBe('old\n');
  expect(await outputOf('pinned-with-tag')).toBe('old\n');
  expect(await outputOf('by-tag')).toBe('new\n');
  expect(main(await cluster.untilEnded('pinned-with-tag'))?.imageID).toBe(pinned);
});

test('a tag is pulled once, or always where the Pod says so', async () => {
  const { reference } = await push('policy:1', says('first'));
  await create('first', reference);
  expect(await outputOf('first')).toBe('first\n');
  await push('policy:1', says('second'));
  await create('if-not-present', reference);
  expect(await outputOf('if-not-present')).toBe('first\n');
  await create('always', reference, { imagePullPolicy: 'Always' });
  expect(await outputOf('always')).toBe('second\n');
});

test('an image that is to be there already, and isn’t, is never pulled', async () => {
  const { reference } = await push('never:1', says('never'));
  await create('never', reference, { imagePullPolicy: 'Never' });
  const message = await untilWaiting('never', 'ErrImageNeverPull');
  expect(message).toBe(`Container image "${reference}" is not present with pull policy of Never`);
});

test('a name that is none is told apart from an image that is missing', async () => {
  await create('invalid', 'registry.example.com/Plugins:1');
  const message = await untilWaiting('invalid', 'InvalidImageName');
  expect(message).toContain(
    'couldn\'t parse image name "registry.example.com/Plugins:1": invalid reference format',
  );
  await untilEvent('invalid', 'InspectFailed', 'invalid reference format');
});

test('a missing image is not found, is backed off from, and runs once it is there', async () => {
  const reference = `${cluster.registry.host}/late:1`;
  await create('late', reference);
  const message = await untilWaiting('late', 'ErrImagePull');
  expect(message).toMatch(
    /^rpc error: code = NotFound desc = failed to pull and unpack image .*: not found$/,
  );
  expect(await untilWaiting('late', 'ImagePullBackOff')).toBe(
    `Back-off pulling image "${reference}": ErrImagePull: ${message}`,
  );
  await untilEvent('late', 'Failed', `Failed to pull image "${reference}": ${message}`);
  await untilEvent('late', 'BackOff', `Back-off pulling image "${reference}"`);
  await push('late:1', says('at last'));
  expect(await outputOf('late')).toBe('at last\n');
});

test.each(['basic', 'token'] as const)(
  'where %s login is asked for, the right pull secret opens',
  async (by) => {
    const registry = await locked(`locked-${by}`, by);
    const reference = `${registry.host}/vendor/plugin:1`;
    await pushImage(says('opened'), { reference, login: ADA });
    await pullSecret(`wrong-${by}`, registry.host, { ...ADA, password: 'wrong' });
    await pullSecret(`right-${by}`, `http://${registry.host}/v2/`, ADA);

    await create(`without-${by}`, reference);
    const denied = 'pull access denied, repository does not exist or may require authorization';
    expect(await untilWaiting(`without-${by}`, 'ErrImagePull')).toContain(denied);

    await create(`absent-${by}`, reference, { imagePullSecrets: [{ name: 'absent' }] });
    expect(await untilWaiting(`absent-${by}`, 'ErrImagePull')).toContain(denied);
    await untilEvent(`absent-${by}`, 'FailedToRetrieveImagePullSecret', '(absent)');

    await create(`wrong-${by}`, reference, { imagePullSecrets: [{ name: `wrong-${by}` }] });
    const message = await untilWaiting(`wrong-${by}`, 'ErrImagePull');
    expect(message).toContain('401 Unauthorized');
    expect(message).not.toContain('wrong"');

    const imagePullSecrets = [{ name: `wrong-${by}` }, { name: `right-${by}` }];
    await create(`right-${by}`, reference, { imagePullSecrets });
    expect(await outputOf(`right-${by}`)).toBe('opened\n');
  },
);

test('a service account’s pull secret is its Pods’', async () => {
  const registry = await locked('of-account', 'basic');
  const reference = `${registry.host}/vendor/plugin:1`;
  await pushImage(says('opened'), { reference, login: ADA });
  await pullSecret('of-account', registry.host, ADA);
  await cluster.core.createNamespacedServiceAccount({
    namespace: NAMESPACE,
    body: { metadata: { name: 'puller' }, imagePullSecrets: [{ name: 'of-account' }] },
  });
  await create('by-account', reference, { serviceAccountName: 'puller' });
  expect(await outputOf('by-account')).toBe('opened\n');
});

test('a registry that is down is told apart, and asked again until it is up', async () => {
  const first = await startRegistry({ dir: join(cluster.dir, 'down') });
  const reference = `${first.host}/plugin:1`;
  await pushImage(says('up again'), { reference });
  await first.stop();
  await create('down', reference);
  expect(await untilWaiting('down', 'ErrImagePull')).toMatch(
    /dial tcp 127.0.0.1:\d+: connect: connection refused/,
  );
  const port = Number(first.host.split(':')[1]);
  others.push(await startRegistry({ dir: join(cluster.dir, 'down'), port }));
  expect(await outputOf('down')).toBe('up again\n');
});

test('of an image for several platforms this machine’s is run; one for others only is refused', async () => {
  const several = await push('several:1', {
    ...says('mine'),
    platforms: ['linux/s390x', 'linux/amd64', 'linux/arm64'],
  });
  await create('several', several.reference);
  expect(await outputOf('several')).toBe('mine\n');
  expect(main(await cluster.untilEnded('several'))?.imageID).toContain(several.digest);
  for (const platforms of [['linux/s390x'], ['linux/s390x', 'linux/ppc64le']]) {
    const foreign = await push(`foreign:${platforms.length}`, { ...says('foreign'), platforms });
    await create(`foreign-${platforms.length}`, foreign.reference);
    const message = await untilWaiting(`foreign-${platforms.length}`, 'ErrImagePull');
    expect(message).toContain('no match for platform in manifest: not found');
  }
});

test('a layer whose bytes are not those of its digest is never run', async () => {
  const own = layer({ path: '/srv/own', content: 'own' });
  const { reference } = await push('altered:1', recipe([own], { cmd: ['echo never'] }));
  const manifest = await fetch(`http://${cluster.registry.host}/v2/altered/manifests/1`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  const { layers } = (await manifest.json()) as { layers: { digest: string }[] };
  const hex = layers.at(-1)?.digest.replace('sha256:', '') ?? '';
  const blobs = join(cluster.dir, 'registry', 'storage', 'docker', 'registry', 'v2', 'blobs', 'sha256');
  const blob = join(blobs, hex.slice(0, 2), hex, 'data');
  const bytes = readFileSync(blob);
  bytes[9] = (bytes[9] ?? 0) ^ 1;
  writeFileSync(blob, bytes);
  await create('altered', reference);
  expect(await untilWaiting('altered', 'ErrImagePull')).toContain(`what was sent is not sha256:${hex}`);
});

test('where root is forbidden, an image that names its user can’t prove that it is not root', async () => {
  const { reference } = await push('named:1', recipe([], { user: 'user', cmd: ['id'] }));
  await create('named', reference, { securityContext: { runAsNonRoot: true } });
  const message = await untilWaiting('named', 'CreateContainerConfigError');
  expect(message).toBe(
    'container has runAsNonRoot and image has non-numeric user (user), cannot verify user is non-root',
  );
  await create('numbered', reference, { securityContext: { runAsNonRoot: true, runAsUser: 107 } });
  expect(await outputOf('numbered')).toBe('uid=107(user) gid=0(root) groups=0(root)\n');
});

test('a node that comes back has the images that it had', async () => {
  const registry = await startRegistry({ dir: join(cluster.dir, 'once') });
  const reference = `${registry.host}/once:1`;
  await pushImage(says('once more'), { reference });
  await create('before', reference);
  await outputOf('before');
  await registry.stop();
  await cluster.stopNode();
  await cluster.startNode();
  await create('after', reference);
  expect(await outputOf('after')).toBe('once more\n');
  expect(existsSync(join(cluster.dir, 'node', 'images.json'))).toBe(true);
});
