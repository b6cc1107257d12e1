/** Waves of several pages, and waves that go on in a new run while their VMs run, wait and are parked. */
import { pageId } from '../../../plan/workflow-ids';
import type { migrateWave } from '../../../workflows';
import { MOST_VMS_PER_PAGE } from '../../../workflows/migrate-wave/take-outline';
import {
  cancelUpdate,
  pageOrdersSignal,
  pageStateQuery,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  type WaveState,
} from '../../../workflows/temporal-api';
import { eventually } from '../../support/eventually';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab, workflowIdOf } from '../../support/workflow-lab';
import { WAVE, phases, startWave, untilWave, type WaveRun } from './wave-run';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.plans.problemsOf = () => [];
});

/** A wave that goes on in a new run after each word that it hears. */
const RESTLESS = { mostEvents: 1 };

interface Sketch {
  vms: number;
  atOnce?: number;
  /** What tests may set of a wave: events of one run, milliseconds between two looks at its pages. */
  memo?: { mostEvents?: number; lookMs?: number };
  /** Of so many VMs. */
  pages?: number;
}

type Run = WaveRun;

function start(sketch: Sketch, prepare?: (worlds: FakeWorld[]) => void): Promise<Run> {
  const { vms: count, atOnce = 10, memo = {} } = sketch;
  lab.plans.freezes.length = 0;
  const vms = Array.from({ length: count }, () => frozenVm({ convert: false }));
  return startWave(lab, { vms, plan: { maxConcurrentVms: atOnce }, memo }, prepare);
}

const current = () => lab.client.workflow.getHandle<typeof migrateWave>(WAVE);
const until = (holds: (state: WaveState) => boolean) => untilWave(lab, holds);

/** Runs of the wave so far. */
async function runsOf({ handle }: Run): Promise<number> {
  let runs = 0;
  for (let runId: string | undefined = handle.firstExecutionRunId; runId !== undefined;) {
    runs += 1;
    const { events } = await lab.client.workflow.getHandle(WAVE, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return runs;
}

test('a wave goes on in new runs while VMs run, are parked and wait, and none is lost, doubled or reported wrongly', async () => {
  let gate: { open(): void; reached: Promise<void> } | undefined;
  const run = await start({ vms: 5, atOnce: 2, memo: RESTLESS }, ([parks, runs, fails]) => {
    parks!.script.fail('awaitImport', 'ImportRestarts');
    gate = runs!.script.hold('awaitImport', true);
    fails!.script.fail('checkTarget', 'AlreadyMigrated');
  });
  const [parks] = run.vms;
  await gate?.reached;
  await until((state) => phases(state).join() === 'parked,running,ended,ended,ended');
  expect(await runsOf(run)).toBeGreaterThan(3);

  run.worlds[0]!.script.mend('awaitImport');
  await lab.client.workflow.getHandle(workflowIdOf(parks!)).executeUpdate(retryUpdate, { args: [OPERATOR] });
  await until((state) => phases(state)[0] === 'ended');
  gate?.open();

  const result = await run.handle.result();
  expect(result.succeeded).toBe(true);
  expect(result.results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
    run.vms.map(({ vm }, index) => `${vm.name} ${index === 2 ? 'alreadyMigrated' : 'succeeded'}`),
  );
  for (const [index, world] of run.worlds.entries()) {
    expect(world.breaches).toEqual([]);
    expect(world.log.filter((line) => line === 'machine started')).toHaveLength(index === 2 ? 0 : 1);
  }
});

test('a wave whose VMs are parked for long goes on in new runs by its own looks at its pages, so that its history stays short', async () => {
  const run = await start({ vms: 1, memo: { mostEvents: 1, lookMs: 100 } }, ([parks]) => {
    parks!.script.fail('checkTarget', 'NameTaken');
  });
  await until((state) => phases(state).join() === 'parked');
  const heard = await runsOf(run);
  await eventually(async () => (await runsOf(run)) > heard + 3);
  await current().executeUpdate(cancelUpdate, { args: [{ ...OPERATOR, all: true }] });
  const { results } = await run.handle.result();
  expect(results.map(({ outcome }) => outcome)).toEqual(['aborted']);
});

test('a pause, and what an operator gives up, hold over new runs', async () => {
  let gates: { open(): void; reached: Promise<void> }[] = [];
  const run = await start({ vms: 4, atOnce: 2, memo: RESTLESS }, (worlds) => {
    gates = worlds.slice(0, 2).map((world) => world.script.hold('awaitImport', true));
  });
  await Promise.all(gates.map(({ reached }) => reached));
  const say = (word: typeof pauseUpdate) => current().executeUpdate(word, { args: [OPERATOR] });
  await say(pauseUpdate);
  await current().executeUpdate(cancelUpdate, { args: [{ ...OPERATOR, vm: run.vms[1]!.vm.name }] });
  gates[0]?.open();
  const paused = await until((state) => phases(state).join() === 'ended,ended,queued,queued');
  expect(paused).toMatchObject({
    paused: { who: OPERATOR.who },
    holds: [{ kind: 'paused', needsOperator: true }],
  });
  expect(await runsOf(run)).toBeGreaterThan(3);
  expect(run.worlds[2]!.log).toEqual([]);
  await say(resumeUpdate);

  const result = await run.handle.result();
  expect(result.results.map(({ outcome }) => outcome)).toEqual([
    'succeeded',
    'aborted',
    'succeeded',
    'succeeded',
  ]);
  expect(result.decisions?.map(({ action, about }) => `${action} ${about}`)).toEqual([
    'pause wave',
    `cancel VM ${run.vms[1]!.vm.name}`,
    'resume pause',
  ]);
  expect(run.worlds[1]!.leftovers()).toEqual([]);
});

test('a wave that is cancelled in a later run gives up what runs, and reports all', async () => {
  let gate: { reached: Promise<void> } | undefined;
  const run = await start({ vms: 3, atOnce: 1, memo: RESTLESS }, (worlds) => {
    gate = worlds[1]!.script.hold('awaitImport', true);
  });
  await gate?.reached;
  await until((state) => phases(state).join() === 'ended,running,queued');
  await current().cancel();
  const { results } = await run.handle.result();
  expect(results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'aborted', 'aborted']);
  expect(run.worlds[1]!.source.on).toBe(true);
  expect(run.worlds[2]!.log).toEqual([]);
});

test.each([
  ['in the run of the wave that started it', {}],
  ['in a later run', { mostEvents: 1, lookMs: 300 }],
])('a page that is terminated is named, and holds up nobody for ever: %s', async (_, memo) => {
  let gate: { open(): void; reached: Promise<void> } | undefined;
  const run = await start({ vms: 3, atOnce: 2, memo }, (worlds) => {
    gate = worlds[1]!.script.hold('awaitImport', true);
  });
  await gate?.reached;
  await until((state) => phases(state).join() === 'ended,running,ended');
  await lab.client.workflow.getHandle(pageId(WAVE, 0)).terminate('by mistake');

  const result = await run.handle.result();
  expect(result.succeeded).toBe(false);
  expect(result.results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'failed', 'succeeded']);
  expect(result.results[1]?.failure?.message).toBe(
    `${pageId(WAVE, 0)} was ended from outside: its own migration may go on; see drover status`,
  );
  expect(result.problems.map(({ found }) => found)).toEqual([`${pageId(WAVE, 0)} was ended from outside`]);
  gate?.open();
  const vm = await lab.client.workflow.result(workflowIdOf(run.vms[1]!));
  expect(vm).toMatchObject({ outcome: 'succeeded' });
});

test('a wave of 300 VMs in three pages: all are frozen before the first starts, and each ends once', async () => {
  const run = await start({ vms: 300, atOnce: 40, memo: { mostEvents: 300 } });
  await until(({ phase }) => phase === 'migrating');
  expect(lab.plans.freezes).toHaveLength(300 / MOST_VMS_PER_PAGE);

  const result = await run.handle.result();
  expect(result).toMatchObject({ succeeded: true, results: [], counts: [{ outcomes: { succeeded: 300 } }] });
  const pages = await Promise.all(
    (result.pages ?? []).map(({ workflowId, runId }) =>
      lab.client.workflow.getHandle(workflowId, runId).query(pageStateQuery),
    ),
  );
  const names = pages.flatMap(({ results }) => results.map(({ name }) => name));
  expect(names).toEqual(run.vms.map(({ vm }) => vm.name));
  for (const world of run.worlds) {
    expect(world.breaches).toEqual([]);
    expect(world.log.filter((line) => line === 'machine started')).toHaveLength(1);
  }
  expect(await runsOf(run)).toBeGreaterThan(2);
  for (const { workflowId } of [...(result.pages ?? []), { workflowId: WAVE }]) {
    const { historyLength, historySize = Infinity } = await lab.client.workflow
      .getHandle(workflowId)
      .describe();
    expect(historyLength).toBeLessThan(4_096);
    expect(historySize).toBeLessThan(4 * 2 ** 20);
  }
}, 900_000);

test('a plan that one of its pages refuses as it is frozen starts nothing', async () => {
  lab.plans.problemsOf = ({ manifests }) => {
    const { vms } = (manifests[0] as { spec: { vms: unknown[] } }).spec;
    if (vms.length === MOST_VMS_PER_PAGE) return [];
    const location = { path: 'spec.vms[0]' };
    return [{ severity: 'error', location, found: 'it went meanwhile', remedy: 'start again' }];
  };
  const run = await start({ vms: MOST_VMS_PER_PAGE + 1 });
  expect(await run.handle.result()).toMatchObject({
    succeeded: false,
    vms: [],
    results: [],
    problems: [{ found: 'it went meanwhile' }],
  });
  for (const page of [0, 1]) await lab.client.workflow.getHandle(pageId(WAVE, page)).result();
  expect(run.worlds.flatMap(({ log }) => log)).toEqual([]);
});

test('a page whose wave was terminated ends with its last VM, or when the plan is run again', async () => {
  let gate: { open(): void; reached: Promise<void> } | undefined;
  const first = await start({ vms: 2, atOnce: 1 }, (worlds) => {
    gate = worlds[0]!.script.hold('awaitImport', true);
  });
  await gate?.reached;
  await current().terminate('by mistake');
  gate?.open();
  expect(await lab.client.workflow.result(pageId(WAVE, 0))).toMatchObject({
    results: [{ name: first.vms[0]!.vm.name, outcome: 'succeeded' }],
  });
  expect(first.worlds[1]!.log).toEqual([]);

  const second = await start({ vms: 1 }, (worlds) => {
    gate = worlds[0]!.script.hold('awaitImport', true);
  });
  await gate?.reached;
  await current().terminate('by mistake');
  const third = await start({ vms: 1 });
  expect(await third.handle.result()).toMatchObject({ succeeded: true });
  gate?.open();
  const vm = await lab.client.workflow.result(workflowIdOf(second.vms[0]!));
  expect(vm).toMatchObject({ outcome: 'succeeded' });
});

test('words that are none of a page or a wave change nothing, whoever sends them', async () => {
  let gate: { open(): void; reached: Promise<void> } | undefined;
  const run = await start({ vms: 2, atOnce: 1 }, (worlds) => {
    gate = worlds[0]!.script.hold('awaitImport', true);
  });
  await until((state) => phases(state).join() === 'running,queued');
  const page = lab.client.workflow.getHandle(pageId(WAVE, 0));
  const from = { wave: run.handle.firstExecutionRunId, page: 0 };
  const ended = { is: 'ended', outcome: 'failed', failure: null };
  for (const said of [
    null,
    7,
    {},
    { wave: 'another', page: 0, news: [{ row: 0, ...ended }] },
    { ...from, news: [{ row: -1 }] },
    { ...from, page: 7, news: [] },
    { ...from, news: [{ row: 2, ...ended }] },
  ])
    await current().signal('pageNews', said);
  for (const said of [null, [], { start: [7] }, { start: 'all' }, { giveUp: [{ row: 9, ...OPERATOR }] }])
    await page.signal(pageOrdersSignal.name, said);
  await page.signal('vmParked', { moref: 7 });

  expect(phases(await until(() => true))).toEqual(['running', 'queued']);
  gate?.open();
  expect(await run.handle.result()).toMatchObject({ succeeded: true });
});
