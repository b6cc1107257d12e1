/**
 * Two workers, and one of them dies or stands still in each phase between the stop of the source and the start of the target.
 * What that costs the VM is printed, and bounded: docs/operations.md, A worker that dies.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { DATA_VOLUMES, JOBS, PODS } from '../../activities/kubernetes/api/kinds';
import { killWorkerProcess } from '../../lab/worker-process';
import type { StartedProcess } from '../../lab/process';
import type { Phase, VmState } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE = 16 * 1024 * 1024;
/** Long enough for another worker to come up meanwhile. */
const COPY_SECONDS = 12;
const CONVERT_SECONDS = 12;
/** So long before the end of what is waited for a worker dies: the wait is lost, and the end is soon. */
const BEFORE_END_MS = 500;
/** What a death may cost, by the manual. */
const MOST_SECONDS = 10;
/** What else runs on the machine only adds to the time: of some tries the quickest counts. One VM for each. */
const TRIES = ['killed-1', 'killed-2', 'killed-3'];

let stage: Stage;

beforeAll(async () => {
  process.env['LAB_CONVERT_SECONDS'] = String(CONVERT_SECONDS);
  stage = await Stage.open([
    ...TRIES.map((name) => vm(name, ['block', 'array'], { ignoresShutdown: true })),
    vm('stands-still', ['block', 'array'], { ignoresShutdown: true }),
  ]);
  await stage.array.takeAtLeast(COPY_SECONDS);
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  delete process.env['LAB_CONVERT_SECONDS'];
  await stage.close();
}, LAB_TIMEOUT_MS);

/** Starts a worker beside the one that has all the work, and returns that one. */
async function second(): Promise<StartedProcess> {
  const first = running();
  await stage.whole.startWorker();
  const { pid } = running();
  await eventually(async () => (await pollers()).some((identity) => identity.startsWith(`${pid}@`)));
  return first;
}

function running(): StartedProcess {
  const { worker } = stage.whole;
  if (worker === null) throw new Error('there is no worker');
  return worker;
}

/** Of workflow tasks. */
async function pollers(): Promise<string[]> {
  const { workflowService, options } = stage.whole.temporal;
  const { pollers: known } = await workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: 'drover' },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (known ?? []).map(({ identity }) => identity ?? '');
}

const inPhase = (phase: Phase) => (state: VmState) => state.phase === phase;

/** Also where a copy has ended since the last look. */
function copiesBegan(each: StartedVm): Promise<VmState> {
  return stage.until(each, 'copying', ({ disks }) => disks.every(({ phase }) => phase !== 'waiting'));
}

/** When the phase ended; not a number where it has not. */
function endOf({ timings }: VmState, phase: Phase): number {
  return Date.parse(timings.findLast((timing) => timing.phase === phase)?.endedAt ?? '');
}

async function until(moment: number): Promise<void> {
  await delay(Math.max(0, moment - Date.now()));
}

/** The moment at which it is so, by an administrator's eyes. */
async function momentOf(isSo: () => Promise<boolean>): Promise<number> {
  await eventually(isSo);
  return Date.now();
}

async function copiesHaveEnded(): Promise<boolean> {
  const namespace = TARGET_NAMESPACE;
  const [volumes, jobs] = await Promise.all([
    stage.admin.list(DATA_VOLUMES, { namespace }),
    stage.admin.list(JOBS, { namespace, labelSelector: 'drover.dev/step=copy' }),
  ]);
  return (
    volumes.items.every(({ status }) => status?.phase === 'Succeeded') &&
    jobs.items.every(({ status }) => status?.succeeded === 1)
  );
}

const CONVERSIONS = { namespace: TARGET_NAMESPACE, labelSelector: 'drover.dev/step=convert' };

/** Then its Job and its Pod may be gone. */
async function hasConverted(each: StartedVm): Promise<boolean> {
  return !Number.isNaN(endOf(await stage.state(each), 'convert'));
}

async function conversionHasEnded(each: StartedVm): Promise<boolean> {
  if (await hasConverted(each)) return true;
  const { items } = await stage.admin.list(JOBS, CONVERSIONS);
  return items.length > 0 && items.every(({ status }) => status?.succeeded === 1);
}

async function conversionRuns(each: StartedVm): Promise<boolean> {
  if (await hasConverted(each)) return true;
  const { items } = await stage.admin.list(PODS, CONVERSIONS);
  // Also one that has ended since the last look.
  return items.some(({ status }) => {
    const { running, terminated } = status?.containerStatuses?.[0]?.state ?? {};
    return (running ?? terminated) !== undefined;
  });
}

/** @returns by phase: the seconds that the death of its worker cost */
async function killInEachPhase(name: string): Promise<Map<string, number>> {
  const { wave, vm: named } = await stage.start(
    plan(stage.whole.lab.state, [name], { drover: { shutdownTimeout: '10m' } }),
  );
  const each = named(name);
  /** By phase: when what it waited for had happened. */
  const ends: Partial<Record<Phase, number>> = {};

  await stage.until(each, 'stop-source', inPhase('stop-source'));
  let doomed = await second();
  await killWorkerProcess(doomed);
  await stage.source.turnOff(each.moref);
  ends['stop-source'] = Date.now();

  await copiesBegan(each);
  const copyEnd = Date.now() + COPY_SECONDS * 1000;
  doomed = await second();
  await until(copyEnd - BEFORE_END_MS);
  await killWorkerProcess(doomed);
  ends.copy = await momentOf(copiesHaveEnded);

  const convertEnd = (await momentOf(() => conversionRuns(each))) + CONVERT_SECONDS * 1000;
  doomed = await second();
  await until(convertEnd - BEFORE_END_MS);
  await killWorkerProcess(doomed);
  ends.convert = await momentOf(() => conversionHasEnded(each));

  await stage.succeeded(wave);
  const result = await stage.result(each);
  await madeOnce(each, result);
  return new Map(
    Object.entries(ends).map(([phase, end]) => [phase, (endOf(result, phase as Phase) - end) / 1000]),
  );
}

test('killed in each of these phases, a worker costs its VM at most ten seconds, and nothing is made twice', async () => {
  const quickest = new Map<string, number>();
  const tooSlow = () => [...quickest].filter(([, seconds]) => seconds > MOST_SECONDS);
  for (const name of TRIES) {
    for (const [phase, seconds] of await killInEachPhase(name)) {
      process.stdout.write(`a worker killed in ${phase} cost ${seconds.toFixed(1)} s\n`);
      quickest.set(phase, Math.min(seconds, quickest.get(phase) ?? Infinity));
    }
    if (tooSlow().length === 0) break;
  }
  expect(tooSlow()).toEqual([]);
}, 900_000);

async function madeOnce(each: StartedVm, result: VmState): Promise<void> {
  expect(result).toMatchObject({ outcome: 'succeeded' });
  expect(await stage.verdicts(result)).toEqual(Array(2).fill({ equal: true, bytes: SIZE }));
  // Pods and claims of others have generated names; what we make has names of our own choice.
  expect(twice(stage.made().filter((object) => !object.endsWith('/')))).toEqual([]);
  expect(await stage.source.events(each.moref, 'VmPoweredOffEvent')).toBe(1);
}

function twice(objects: readonly string[]): string[] {
  return objects.filter((object, index) => objects.indexOf(object) !== index);
}

/** Attempts of the activities that the migration waits for now. */
async function attempts(each: StartedVm): Promise<number[]> {
  return (await pending(each)).map(({ attempt }) => attempt ?? 0);
}

async function pending({ workflowId }: StartedVm): Promise<temporal.api.workflow.v1.IPendingActivityInfo[]> {
  const { raw } = await stage.whole.temporal.workflow.getHandle(workflowId).describe();
  return raw.pendingActivities ?? [];
}

/** Resolves when the server hears the next beat of the only activity, by whatever worker. */
async function nextBeat(each: StartedVm): Promise<void> {
  const heard = async () => JSON.stringify((await pending(each))[0]?.lastHeartbeatTime ?? null);
  const before = await heard();
  await eventually(async () => (await heard()) !== before);
}

function standStill({ pid }: StartedProcess, milliseconds: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  return delay(milliseconds).finally(() => process.kill(pid, 'SIGCONT'));
}

test('a worker that stands still for five seconds keeps its work; one that does so for longer finds it done by another, once', async () => {
  const { wave, vm: named } = await stage.start(
    plan(stage.whole.lab.state, ['stands-still'], { drover: { shutdownTimeout: '10m' } }),
  );
  const each = named('stands-still');
  await stage.until(each, 'stop-source', inPhase('stop-source'));
  await eventually(async () => (await attempts(each)).length === 1);
  const first = await second();
  // Right after a beat: a machine that stands still as well has the rest of the time.
  await nextBeat(each);
  await standStill(first, 5_000);
  await nextBeat(each);
  expect(await attempts(each)).toEqual([1]);

  const still = standStill(first, 12_000);
  await eventually(async () => (await attempts(each))[0] === 2);
  await stage.source.turnOff(each.moref);
  await stage.until(each, 'copying', ({ phase }) => phase === 'copy');
  await still;
  const machineMade = momentOf(async () => stage.made().includes('virtualmachines/stands-still'));
  await copiesBegan(each);
  await standStill(first, 12_000);

  const made = await machineMade;
  await killWorkerProcess(first);
  await stage.succeeded(wave);
  const result = await stage.result(each);
  process.stdout.write(
    `a worker killed as the VM was made: it ran ${((Date.parse(result.targetRunningAt ?? '') - made) / 1000).toFixed(1)} s later\n`,
  );
  await madeOnce(each, result);
}, 300_000);
