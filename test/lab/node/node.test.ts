import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { NAMESPACE, NodeCluster } from './node-cluster';
import { eventually } from '../../support/eventually';

const cluster = new NodeCluster();
beforeAll(() => cluster.start());
afterAll(() => cluster.stop());

const main = (pod: V1Pod) => pod.status?.containerStatuses?.[0];
const isRunning = (pod: V1Pod) => main(pod)?.state?.running !== undefined;

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

test('a failing container restarts in its Pod, at first at once and then after a back-off', async () => {
  // The back-off lasts until it was seen.
  await cluster.stopNode();
  await cluster.startNode(3_600_000);
  await cluster.run('crashes', 'date +%N; exit 5', { restartPolicy: 'OnFailure' });
  const backedOff = await cluster.untilPod(
    'crashes',
    (p) => main(p)?.state?.waiting?.reason === 'CrashLoopBackOff',
  );
  expect(main(backedOff)?.restartCount).toBe(1);
  expect(main(backedOff)?.lastState?.terminated?.exitCode).toBe(5);
  expect(backedOff.status?.phase).toBe('Running');
  expect(await cluster.logs('crashes', { previous: true })).toMatch(/^\d+\n$/);
  await cluster.stopNode();
  await cluster.startNode();
  await cluster.untilPod('crashes', (p) => (main(p)?.restartCount ?? 0) >= 3);
});

test('a deleted Pod is asked to end, its answer is kept until a finalizer lets it go', async () => {
  const script = `trap 'echo bye > /dev/termination-log; exit 7' TERM; echo ready; sleep infinity & wait`;
  await cluster.run('asked', script, { metadata: { finalizers: ['drover.dev/test'] } });
  await eventually(async () => ((await cluster.logs('asked').catch(() => '')) !== '' ? true : null));
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
  const isTrapSet = async () => (await cluster.logs('stubborn').catch(() => '')) !== '';
  await eventually(async () =>
    (await isTrapSet()) && processesWith(`sleep ${marker}`).length > 0 ? true : null,
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

test('a hollow container takes its time, runs nothing and says what it was told', async () => {
  await cluster.run('brief', 'exit 9', { container: { image: cluster.image('brief') } });
  const ended = main(await cluster.untilEnded('brief'))?.state?.terminated;
  expect(ended).toMatchObject({ exitCode: 0, reason: 'Completed', message: 'as told' });
});

test('a hollow container without a time ends when its Pod is to go', async () => {
  await cluster.run('endless', 'exit 9', { container: { image: cluster.image('endless') } });
  await cluster.untilPod('endless', isRunning);
  await cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name: 'endless' });
  await cluster.untilGone('endless');
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
  const container = { name: 'main', image: cluster.image('shell'), args: ['-c', script] };
  await cluster.batch.createNamespacedJob({
    namespace: NAMESPACE,
    body: {
      metadata: { name },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    },
  });
  await eventually(async () => {
    const { status } = await cluster.batch.readNamespacedJob({ namespace: NAMESPACE, name });
    return status?.conditions?.some(({ type }) => type === condition) ? true : null;
  });
});

test('nothing runs on when the node stops, and what ran then is lost when it is back', async () => {
  const marker = `8${process.pid}`;
  await cluster.run('interrupted', `sleep ${marker}`);
  await eventually(() => (processesWith(`sleep ${marker}`).length > 0 ? true : null));
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
