import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { NAMESPACE, NodeCluster } from './node-cluster';
import { eventually } from '../../support/eventually';

const cluster = new NodeCluster();
beforeAll(() => cluster.start());
afterAll(() => cluster.stop());

const main = (pod: V1Pod) => pod.status?.containerStatuses?.[0];

async function secret(name: string, data: Record<string, string>): Promise<void> {
  await cluster.core.createNamespacedSecret({
    namespace: NAMESPACE,
    body: { metadata: { name }, stringData: data },
  });
}

test('a container sees its environment, its files at their real paths, and runs as the wished user', async () => {
  await secret('login', { user: 'alice', key: 'wonder' });
  await cluster.core.createNamespacedConfigMap({
    namespace: NAMESPACE,
    body: { metadata: { name: 'settings' }, data: { 'domain.xml': '<domain/>' } },
  });
  const script = [
    'echo "$FROM_IMAGE $USER_NAME $GREETING $POD $(id -u) $(id -G)"',
    'cat /etc/secret/key; echo; cat /etc/drover/domain.xml; echo',
    'stat -c %a /etc/secret/key',
    'touch /etc/secret/new 2>/dev/null || echo read-only',
    'echo scratch > /var/tmp/work/file && cat /var/tmp/work/file',
    'grep CapEff /proc/self/status; test -w /usr && echo writable; ls /root /home 2>/dev/null',
    'test -s /var/run/secrets/kubernetes.io/serviceaccount/token && echo token',
  ].join('\n');
  await cluster.run('sees', script, {
    securityContext: { runAsUser: 1234, runAsGroup: 1235, fsGroup: 1236, runAsNonRoot: true },
    container: {
      env: [
        { name: 'USER_NAME', valueFrom: { secretKeyRef: { name: 'login', key: 'user' } } },
        { name: 'GREETING', value: 'hello-$(USER_NAME)' },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      volumeMounts: [
        { name: 'login', mountPath: '/etc/secret', readOnly: true },
        { name: 'settings', mountPath: '/etc/drover' },
        { name: 'scratch', mountPath: '/var/tmp/work' },
      ],
    },
    volumes: [
      { name: 'login', secret: { secretName: 'login', defaultMode: 0o400 } },
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'scratch', emptyDir: {} },
    ],
  });
  const pod = await cluster.untilEnded('sees');
  expect((await cluster.logs('sees')).split('\n').filter((line) => line !== '')).toEqual([
    'yes alice hello-alice sees 1234 1235 1236',
    'wonder',
    '<domain/>',
    '440',
    'read-only',
    'scratch',
    'CapEff:\t0000000000000000',
    'token',
  ]);
  expect(pod.status?.phase).toBe('Succeeded');
});

test('a container reads annotations of its own Pod as files', async () => {
  const fieldPath = "metadata.annotations['drover.dev/domain.xml']";
  await cluster.run('reads-itself', 'stat -c %a /etc/drover/domain.xml; cat /etc/drover/domain.xml', {
    metadata: {
      annotations: { 'drover.dev/domain.xml': '<domain>\n</domain>\n', 'drover.dev/other': 'not asked for' },
    },
    container: { volumeMounts: [{ name: 'input', mountPath: '/etc/drover', readOnly: true }] },
    volumes: [{ name: 'input', downwardAPI: { items: [{ path: 'domain.xml', fieldRef: { fieldPath } }] } }],
  });
  expect((await cluster.untilEnded('reads-itself')).status?.phase).toBe('Succeeded');
  expect(await cluster.logs('reads-itself')).toBe('644\n<domain>\n</domain>\n');
});

test('what a container writes to its device is in the backing file', async () => {
  const file = await cluster.claim('device', 'Block');
  await cluster.run('writes', 'printf bytes | dd of=/dev/drover/target bs=1 seek=4096 conv=notrunc', {
    container: { volumeDevices: [{ name: 'disk', devicePath: '/dev/drover/target' }] },
    volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'device' } }],
  });
  expect((await cluster.untilEnded('writes')).status?.phase).toBe('Succeeded');
  const bytes = readFileSync(file);
  expect(bytes.length).toBe(1 << 20);
  expect(bytes.subarray(4096, 4101).toString()).toBe('bytes');
});

test("a device is its container's user's, and root's where the runtime is to leave it to root", async () => {
  await cluster.claim('own', 'Block');
  await cluster.claim('closed', 'Block', { attributes: { devices: 'root' } });
  const script = [
    'stat -c "%u %a" /dev/own',
    '(: <> /dev/own) && echo opened',
    '(: <> /dev/closed) 2>/dev/null || echo closed',
  ].join('\n');
  await cluster.run('opens', script, {
    securityContext: { runAsUser: 1234, runAsGroup: 1235, fsGroup: 1236 },
    container: {
      volumeDevices: [
        { name: 'own', devicePath: '/dev/own' },
        { name: 'closed', devicePath: '/dev/closed' },
      ],
    },
    volumes: ['own', 'closed'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
  });
  expect((await cluster.untilEnded('opens')).status?.phase).toBe('Succeeded');
  expect(await cluster.logs('opens')).toBe('1234 600\nopened\nclosed\n');
});

test('a file system volume belongs to the fsGroup and takes files at its mount path', async () => {
  const directory = await cluster.claim('files', 'Filesystem');
  await cluster.run('stores', 'echo image > /mnt/target/disk.img', {
    securityContext: { fsGroup: 107 },
    container: { volumeMounts: [{ name: 'disk', mountPath: '/mnt/target' }] },
    volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'files' } }],
  });
  expect((await cluster.untilEnded('stores')).status?.phase).toBe('Succeeded');
  expect(readFileSync(join(directory, 'disk.img'), 'utf8')).toBe('image\n');
});

test('a container whose Secret is missing waits, and goes on when it is there', async () => {
  await cluster.run('waits', 'echo "$KEY"', {
    container: { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'late', key: 'key' } } }] },
  });
  const reason = 'CreateContainerConfigError';
  const pod = await cluster.untilPod('waits', (p) => main(p)?.state?.waiting?.reason === reason);
  expect(main(pod)?.state?.waiting?.message).toBe('secret "late" not found');
  expect(pod.status?.phase).toBe('Pending');
  await secret('late', { key: 'now' });
  expect((await cluster.untilEnded('waits')).status?.phase).toBe('Succeeded');
  expect(await cluster.logs('waits')).toBe('now\n');
});

test('a Pod whose Secret volume is missing stays in ContainerCreating, and an event says why', async () => {
  await cluster.run('mounts', 'cat /etc/secret/key', {
    container: { volumeMounts: [{ name: 'login', mountPath: '/etc/secret' }] },
    volumes: [{ name: 'login', secret: { secretName: 'absent' } }],
  });
  const message = await eventually(async () => {
    const { items } = await cluster.core.listNamespacedEvent({
      namespace: NAMESPACE,
      fieldSelector: 'involvedObject.name=mounts,reason=FailedMount',
    });
    return items[0]?.message ?? null;
  });
  expect(message).toContain('secret "absent" not found');
  const creating = (pod: V1Pod) => main(pod)?.state?.waiting?.reason === 'ContainerCreating';
  await cluster.untilPod('mounts', creating);
});

test('an image that nobody has is backed off from', async () => {
  await cluster.run('unknown', '', { container: { image: 'registry.example.com/none:1' } });
  const pod = await cluster.untilPod(
    'unknown',
    (p) => main(p)?.state?.waiting?.reason === 'ImagePullBackOff',
  );
  expect(main(pod)?.state?.waiting?.message).toContain('registry.example.com/none:1');
});

test('an image that runs as root is refused where the Pod forbids root', async () => {
  await cluster.run('root', 'id', {
    container: { image: cluster.image('root'), securityContext: { runAsNonRoot: true } },
  });
  const pod = await cluster.untilPod(
    'root',
    (p) => main(p)?.state?.waiting?.reason === 'CreateContainerConfigError',
  );
  expect(main(pod)?.state?.waiting?.message).toContain('runAsNonRoot');
});

test('init containers run in their order before the others', async () => {
  const step = (name: string) => ({
    name,
    image: cluster.image('shell'),
    args: ['-c', `echo ${name} >> /scratch/steps`],
    volumeMounts: [{ name: 'work', mountPath: '/scratch' }],
  });
  await cluster.run('ordered', 'cat /scratch/steps', {
    initContainers: [step('one'), step('two')],
    container: { volumeMounts: [{ name: 'work', mountPath: '/scratch' }] },
    volumes: [{ name: 'work', emptyDir: {} }],
  });
  await cluster.untilEnded('ordered');
  expect(await cluster.logs('ordered')).toBe('one\ntwo\n');
});
