import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { NAMESPACE, NodeCluster, until } from './node-cluster';

const cluster = new NodeCluster();
beforeAll(() => cluster.start());
afterAll(() => cluster.stop());

const main = (pod: V1Pod) => pod.status?.containerStatuses?.[0];
const isRunning = (pod: V1Pod) => main(pod)?.state?.running !== undefined;

async function secret(name: string, data: Record<string, string>): Promise<void> {
  await cluster.core.createNamespacedSecret({
    namespace: NAMESPACE,
    body: { metadata: { name }, stringData: data },
  });
}

test('both nodes are ready, each in its zone', async () => {
  const { items } = await cluster.core.listNode();
  const seen = items.map(({ metadata, status }) => [
    metadata?.name,
    metadata?.labels?.['topology.kubernetes.io/zone'],
    status?.conditions?.find(({ type }) => type === 'Ready')?.status,
  ]);
  expect(seen).toEqual([
    ['lab-node-a', 'zone-a', 'True'],
    ['lab-node-b', 'zone-b', 'True'],
  ]);
});

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

test('exit code and termination message arrive in the status', async () => {
  await cluster.run('fails', 'echo "disk full" > /dev/termination-log; exit 3');
  const pod = await cluster.untilEnded('fails');
  expect(pod.status?.phase).toBe('Failed');
  expect(main(pod)?.state?.terminated).toMatchObject({
    exitCode: 3,
    reason: 'Error',
    message: 'disk full\n',
  });
});

test('the log stands in for a missing termination message where the policy says so', async () => {
  await cluster.run('talks', 'echo last words >&2; exit 1', {
    container: { terminationMessagePolicy: 'FallbackToLogsOnError' },
  });
  expect(main(await cluster.untilEnded('talks'))?.state?.terminated?.message).toBe('last words');
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
  const message = await until('an event', async () => {
    const { items } = await cluster.core.listNamespacedEvent({
      namespace: NAMESPACE,
      fieldSelector: 'involvedObject.name=mounts,reason=FailedMount',
    });
    return items[0]?.message ?? null;
  });
  expect(message).toContain('secret "absent" not found');
  const pod = await cluster.untilPod('mounts', () => true);
  expect(main(pod)?.state?.waiting?.reason).toBe('ContainerCreating');
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
    container: { image: 'test/root:1', securityContext: { runAsNonRoot: true } },
  });
  const pod = await cluster.untilPod(
    'root',
    (p) => main(p)?.state?.waiting?.reason === 'CreateContainerConfigError',
  );
  expect(main(pod)?.state?.waiting?.message).toContain('runAsNonRoot');
});

test('a failing container restarts in its Pod, at first at once and then after a back-off', async () => {
  await cluster.run('crashes', 'date +%N; exit 5', { restartPolicy: 'OnFailure' });
  const backedOff = await cluster.untilPod(
    'crashes',
    (p) => main(p)?.state?.waiting?.reason === 'CrashLoopBackOff',
  );
  expect(main(backedOff)?.restartCount).toBe(1);
  expect(main(backedOff)?.lastState?.terminated?.exitCode).toBe(5);
  expect(backedOff.status?.phase).toBe('Running');
  expect(await cluster.logs('crashes', { previous: true })).toMatch(/^\d+\n$/);
  await cluster.untilPod('crashes', (p) => (main(p)?.restartCount ?? 0) >= 3);
});

test('init containers run in their order before the others', async () => {
  const step = (name: string) => ({
    name,
    image: 'test/shell:1',
    args: ['-c', `echo ${name} >> /work/steps`],
    volumeMounts: [{ name: 'work', mountPath: '/work' }],
  });
  await cluster.run('ordered', 'cat /work/steps', {
    initContainers: [step('one'), step('two')],
    container: { volumeMounts: [{ name: 'work', mountPath: '/work' }] },
    volumes: [{ name: 'work', emptyDir: {} }],
  });
  await cluster.untilEnded('ordered');
  expect(await cluster.logs('ordered')).toBe('one\ntwo\n');
});

test('a deleted Pod is asked to end, its answer is kept until a finalizer lets it go', async () => {
  const script = `trap 'echo bye > /dev/termination-log; exit 7' TERM; echo ready; sleep infinity & wait`;
  await cluster.run('asked', script, { metadata: { finalizers: ['drover.dev/test'] } });
  await until('the trap', async () => ((await cluster.logs('asked').catch(() => '')) !== '' ? true : null));
  await cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name: 'asked' });
  const pod = await cluster.untilPod('asked', (p) => main(p)?.state?.terminated !== undefined);
  expect(main(pod)?.state?.terminated).toMatchObject({ exitCode: 7, message: 'bye\n' });
  expect(pod.status?.phase).toBe('Failed');
  await cluster.core.patchNamespacedPod({
    namespace: NAMESPACE,
    name: 'asked',
    body: [{ op: 'remove', path: '/metadata/finalizers' }],
  });
  await cluster.untilGone('asked');
});

test('a Pod that does not listen is killed after its grace period, with all its children', async () => {
  const marker = `7${process.pid}`;
  await cluster.run(
    'stubborn',
    `trap '' TERM; echo ready; sleep ${marker} & while :; do sleep ${marker}; done`,
    {
      terminationGracePeriodSeconds: 1,
    },
  );
  await until('the trap', async () =>
    (await cluster.logs('stubborn').catch(() => '')) !== '' ? true : null,
  );
  expect(processesWith(`sleep ${marker}`)).not.toEqual([]);
  const deletedAt = Date.now();
  await cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name: 'stubborn' });
  await cluster.untilGone('stubborn');
  expect(Date.now() - deletedAt).toBeGreaterThanOrEqual(1_000);
  expect(processesWith(`sleep ${marker}`)).toEqual([]);
});

test('a Pod past its deadline fails as DeadlineExceeded', async () => {
  await cluster.run('late', 'sleep 60 & wait', {
    activeDeadlineSeconds: 1,
    terminationGracePeriodSeconds: 1,
  });
  const pod = await cluster.untilEnded('late');
  expect(pod.status?.reason).toBe('DeadlineExceeded');
  expect(pod.status?.phase).toBe('Failed');
});

test('a log can be followed through the API server while it is written', async () => {
  await cluster.claim('gate', 'Filesystem');
  const gate = { name: 'gate', persistentVolumeClaim: { claimName: 'gate' } };
  const script = 'echo first; while [ ! -e /gate/open ]; do sleep 0.05; done; echo second';
  await cluster.run('followed', script, {
    container: { volumeMounts: [{ name: 'gate', mountPath: '/gate' }] },
    volumes: [gate],
  });
  await cluster.untilPod('followed', isRunning);
  const text = await cluster.followLogs('followed', (sofar) => {
    if (sofar === 'first\n') {
      execFileSync('touch', [join(cluster.volumesDir, 'pv-gate', 'open')]);
    }
  });
  expect(text).toBe('first\nsecond\n');
});

test.each([
  ['succeeds', 'exit 0', 'Complete'],
  ['gives-up', 'exit 1', 'Failed'],
])('a Job whose Pod %s is told so', async (name, script, condition) => {
  const container = { name: 'main', image: 'test/shell:1', args: ['-c', script] };
  await cluster.batch.createNamespacedJob({
    namespace: NAMESPACE,
    body: {
      metadata: { name },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    },
  });
  await until(`Job ${name}`, async () => {
    const { status } = await cluster.batch.readNamespacedJob({ namespace: NAMESPACE, name });
    return status?.conditions?.some(({ type }) => type === condition) ? true : null;
  });
});

test('nothing runs on when the node stops, and what ran then is lost when it is back', async () => {
  const marker = `8${process.pid}`;
  await cluster.run('interrupted', `sleep ${marker}`);
  await until('the process', () => (processesWith(`sleep ${marker}`).length > 0 ? true : null));
  await cluster.untilPod('interrupted', isRunning);
  await cluster.stopNode();
  expect(processesWith(`sleep ${marker}`)).toEqual([]);
  expect(isRunning(await cluster.untilPod('interrupted', () => true))).toBe(true);
  await cluster.startNode();
  const pod = await cluster.untilEnded('interrupted');
  expect(main(pod)?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
});

function processesWith(text: string): string[] {
  return execFileSync('ps', ['ax', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line === text);
}
