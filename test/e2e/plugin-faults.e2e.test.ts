/** Offload plugins in every kind of trouble, side by side: what becomes of their VMs, and of each byte. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { JOBS, type Pod, PODS, SECRETS, VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import { loadCluster } from '../../lab/apply';
import { PLAN_NAMESPACE, PROVIDER_SECRET } from '../../lab/cluster-objects';
import { imageRecipe } from '../../lab/image-folder';
import { labImage } from '../../lab/lab-images';
import { pushImage } from '../../lab/push-image';
import { killWorkerProcess } from '../../lab/worker-process';
import { IMAGES } from '../../plan/consent';
import type { VmState } from '../../workflows/temporal-api';
import { eventuallyPasses } from '../support/eventually';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const MIB = 1024 * 1024;
const SIZE = 16 * MIB;
/** Nothing listens there. */
const NO_REGISTRY = '127.0.0.1:9/vendor/offload:1';
const ONCE = { copyAttempts: 1 };

/** By VM: the trouble of its plugin, and how patient its plan is. */
const TROUBLED = {
  garbage: { trouble: 'garbage', drover: {} },
  'fails-twice': { trouble: 'failsTwice', drover: {} },
  refuses: { trouble: 'refuses', drover: {} },
  lies: { trouble: 'lies', drover: ONCE },
  hangs: { trouble: 'hangs', drover: { ...ONCE, stallWarning: '1s', stallDeadline: '22s' } },
  unreachable: { trouble: 'none', drover: { ...ONCE, copyStartDeadline: '30s', onUncheckedImage: 'warn' } },
  evicted: { trouble: 'none', drover: {} },
  lost: { trouble: 'none', drover: {} },
  orphaned: { trouble: 'none', drover: {} },
} as const;
type Name = keyof typeof TROUBLED;
const NAMES = Object.keys(TROUBLED) as Name[];

let stage: Stage;
const started = new Map<Name, StartedVm>();

beforeAll(async () => {
  stage = await Stage.open(
    NAMES.map((name) => vm(name, ['array'], { powerState: 'poweredOff', sizeMiB: SIZE / MIB })),
  );
  const { registry } = stage.whole.lab.state;
  const images = `${registry}/*,${NO_REGISTRY.replace(/:1$/, '')}`;
  const login = { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE };
  await stage.admin.patch(SECRETS, login, { metadata: { annotations: { [IMAGES]: images } } });
  const reference = labImage(registry, 'troubled-plugin');
  await pushImage(await imageRecipe(join(__dirname, 'troubled-plugin')), { reference });
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** A plan of its own for each: plugins are a matter of maps. */
async function start(name: Name): Promise<StartedVm> {
  const { state: lab } = stage.whole.lab;
  const { trouble, drover } = TROUBLED[name];
  const image = name === 'unreachable' ? NO_REGISTRY : labImage(lab.registry, 'troubled-plugin');
  const vars = { ARRAY_URL: lab.arrayUrl, TROUBLE: trouble };
  const options = { offload: { image, vars }, drover: { ...drover }, skipConversion: true };
  const found = (await stage.start(plan(lab, [name], options))).vm(name);
  started.set(name, found);
  return found;
}

function running(name: Name): StartedVm {
  const found = started.get(name);
  if (found === undefined) throw new Error(`${name} was not started`);
  return found;
}

/** The Pod of the plugin that is at work on this VM's disk, once the array is, too. */
async function atWork({ moref }: StartedVm): Promise<{ pod: Pod; copyId: string }> {
  let found: { pod: Pod; copyId: string } | null = null;
  await eventuallyPasses(async () => {
    const where = {
      namespace: TARGET_NAMESPACE,
      labelSelector: `drover.dev/vm=${moref},drover.dev/step=copy`,
    };
    const [pod] = (await stage.admin.list(PODS, where)).items;
    const copyId = pod?.spec?.containers[0]?.env?.find(({ name }) => name === 'COPY_ID')?.value ?? '';
    expect(await stage.array.running()).toContain(copyId);
    if (pod !== undefined) found = { pod, copyId };
  });
  return found!;
}

const refOf = ({ metadata }: Pod) => ({ name: metadata?.name ?? '', namespace: TARGET_NAMESPACE });

/** By its kubelet's word, or because it is gone. */
function untilEnded(pod: Pod): Promise<void> {
  return eventuallyPasses(async () => {
    const found = await stage.admin.find(PODS, refOf(pod));
    const states = found?.status?.containerStatuses?.map(({ state }) => state?.terminated) ?? [];
    expect(states).not.toContain(undefined);
  });
}

/** How each attempt at the only disk ended. */
function attempts({ disks }: VmState): string[] {
  return (disks[0]?.attemptLog ?? []).map(({ outcome, failure }) =>
    failure === null ? outcome : `${failure.kind}: ${failure.message}`,
  );
}

async function endsWell(name: Name): Promise<VmState> {
  const result = await stage.result(running(name));
  expect({ name, outcome: result.outcome }).toEqual({ name, outcome: 'succeeded' });
  expect(await stage.verdicts(result)).toEqual([{ equal: true, bytes: SIZE }]);
  for (const { image, startedAt, endedAt } of result.disks[0]?.attemptLog ?? []) {
    expect(image).toMatch(/troubled-plugin@sha256:[0-9a-f]{64}$/);
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startedAt));
  }
  return result;
}

/** What is kept of a failed attempt's log. */
async function logOf(name: Name, attempt: number): Promise<string> {
  return (await stage.whole.run('logs', name, '--attempt', String(attempt))).stdout;
}

/** The plugin's own process, not those that keep its sandbox. */
function killPlugin(copyId: string): void {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const own = pids.filter(
    (pid) =>
      ofProcess(pid, 'cmdline').startsWith(PLUGIN_COMMAND) &&
      ofProcess(pid, 'environ').includes(`COPY_ID=${copyId}\0`),
  );
  expect(own).not.toEqual([]);
  for (const pid of own) process.kill(Number(pid), 'SIGKILL');
}

const PLUGIN_COMMAND = '/usr/local/bin/node\0/image/main.mjs';

/** Empty for a process that has just ended. */
function ofProcess(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

test('a plugin and its worker are killed while the array copies on: the next attempt adopts its task', async () => {
  const { array, whole } = stage;
  // Longer than it takes to miss a worker, and to start a Pod on a busy machine.
  await array.takeAtLeast(80);
  const { copyId } = await atWork(await start('orphaned'));
  killPlugin(copyId);
  if (whole.worker === null) throw new Error('there is no worker to kill');
  await killWorkerProcess(whole.worker);
  expect(await array.running()).toEqual([copyId]);
  await array.takeAtLeast(8);
  await whole.startWorker();
  // They go on beside all that follows.
  for (const name of ['garbage', 'fails-twice', 'refuses', 'lies', 'unreachable'] as const) await start(name);
});

test('one that hangs is warned of, then given up, and its log is kept', async () => {
  const hanging = await start('hangs');
  await eventuallyPasses(async () => {
    const { stdout } = await stage.whole.run('status', 'hangs');
    expect(stdout).toMatch(/copying +50% .*WARNING: no progress since /);
  });
  const parked = await stage.parked(hanging);
  expect(parked.attention?.failure).toMatchObject({
    kind: 'CopyStalled',
    message: expect.stringContaining(`at ${SIZE / 2} of ${SIZE} bytes`) as string,
  });
  expect(await logOf('hangs', 1)).toContain(`{"bytesDone":${SIZE / 2},"bytesTotal":${SIZE}}`);
});

test('one that is evicted stops its task, and the next attempt copies everything', async () => {
  // No copy ends before its plugin is told to.
  await stage.array.hold('evicted');
  const { pod } = await atWork(await start('evicted'));
  const core = loadCluster(stage.whole.lab.state.kubeconfig).makeApiClient(CoreV1Api);
  await core.createNamespacedPodEviction({ ...refOf(pod), body: { metadata: refOf(pod) } });
  await untilEnded(pod);
  await stage.array.release('evicted');
  const result = await endsWell('evicted');
  expect(attempts(result)).toEqual([
    expect.stringMatching(/^CopyFailed: .*stopped before the copy was done \(EvictionByEvictionAPI: /),
    'copied',
  ]);
});

test('one whose node is lost parks, until the node has said that it is gone', async () => {
  const core = loadCluster(stage.whole.lab.state.kubeconfig).makeApiClient(CoreV1Api);
  await stage.array.hold('lost');
  const losing = await start('lost');
  const { pod } = await atWork(losing);
  // The verdict of the cluster's Pod garbage collector on a Pod whose node object is gone: no kubelet has a say in it.
  const live = await core.readNamespacedPodStatus(refOf(pod));
  const verdict = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' };
  const conditions = [...(live.status?.conditions ?? []), verdict];
  const body = { ...live, status: { ...live.status, phase: 'Failed', conditions } };
  await core.replaceNamespacedPodStatus({ ...refOf(pod), body });

  const parked = await stage.parked(losing);

  expect(parked.attention?.failure).toMatchObject({
    kind: 'CopierLost',
    message: expect.stringContaining(pod.metadata?.name ?? '') as string,
  });
  // The node is back, and its kubelet ends the Pod, which was told to go.
  await untilEnded(pod);
  await stage.array.release('lost');
  expect(await stage.whole.run('retry', 'lost', '--why', 'the node is back')).toMatchObject({ code: 0 });
  const result = await endsWell('lost');
  expect(attempts(result)).toEqual([expect.stringMatching(/^CopierLost: /), 'copied']);
});

test('garbage, a line of 10 MB and progress that goes backwards spoil nothing', async () => {
  expect(attempts(await endsWell('garbage'))).toEqual(['copied']);
});

test('one that fails twice is tried a third time, and each log is kept', async () => {
  expect(attempts(await endsWell('fails-twice'))).toEqual([
    'CopyFailed: the plugin failed: the array was busy 1 times',
    'CopyFailed: the plugin failed: the array was busy 2 times',
    'copied',
  ]);
  expect(await logOf('fails-twice', 2)).toBe('attempt 2 begins\n');
  expect((await stage.whole.run('status', 'fails-twice')).stdout).toMatch(/0 +3 +plugin +copied/);
});

test.each<[Name, string, RegExp]>([
  ['refuses', 'CopyRefused', /the array knows no such pool/],
  ['lies', 'CopyFailed', /copied 0 of 16777216 bytes by its own word/],
  ['unreachable', 'CopyNotStarted', /did not start within 30 s: (ErrImagePull|ImagePullBackOff): /],
])('one that %s parks at once as %s, and its volume holds nothing', async (name, kind, message) => {
  const parked = await stage.parked(running(name));
  expect(parked.attention?.failure).toMatchObject({
    kind,
    message: expect.stringMatching(message) as string,
  });
  expect(attempts(parked)).toHaveLength(1);
  expect(await stage.verdicts(parked)).toEqual([{ equal: false, bytes: SIZE }]);
});

test("the orphaned task's every byte was copied once", async () => {
  const result = await endsWell('orphaned');
  expect(attempts(result)).toEqual([expect.stringMatching(/^CopyFailed: .*exit code \d+/), 'copied']);
  const claim = { name: result.disks[0]?.volumeName ?? '', namespace: TARGET_NAMESPACE };
  const { metadata } = await stage.admin.get(VOLUME_CLAIMS, claim);
  const { copies } = await stage.array.counters();
  expect(copies[metadata?.annotations?.['drover.dev/copy-id'] ?? '']).toBe(SIZE);
});

test('those that parked are given up, and of all only the volumes of those that went well stay', async () => {
  const parked: Name[] = ['refuses', 'lies', 'hangs', 'unreachable'];
  for (const name of parked) {
    expect(await stage.whole.run('abort', name, '--why', 'it stays')).toMatchObject({ code: 0 });
    expect(await stage.result(running(name))).toMatchObject({ outcome: 'aborted', left: [] });
  }
  const where = { namespace: TARGET_NAMESPACE };
  await eventuallyPasses(async () => {
    expect((await stage.admin.list(VOLUME_CLAIMS, where)).items).toHaveLength(NAMES.length - parked.length);
    expect((await stage.admin.list(JOBS, where)).items).toEqual([]);
    expect((await stage.admin.list(SECRETS, where)).items).toEqual([]);
  });
  expect(await stage.array.running()).toEqual([]);
});
