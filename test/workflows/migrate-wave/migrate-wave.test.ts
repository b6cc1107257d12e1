import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ResolvedPage, ResolveRequest } from '../../../activities/interfaces';
import type { FrozenVm } from '../../../plan/frozen';
import type { migrateWave } from '../../../workflows';
import { waveId } from '../../../plan/workflow-ids';
import { TASK_QUEUE, retryUpdate, waveStateQuery, type WaveState } from '../../../workflows/temporal-api';
import { BY_IMPORT, BY_PLUGIN, BY_PLUGIN_ELSE_IMPORT, frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab, workflowIdOf } from '../../support/workflow-lab';
import { eventually } from '../../support/eventually';

type WaveHandle = WorkflowHandleWithFirstExecutionRunId<typeof migrateWave>;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const PLAN = { namespace: 'openshift-mtv', name: 'wave-1' };

function page(vms: FrozenVm[], more: Partial<ResolvedPage> = {}): ResolvedPage {
  return { plan: PLAN, problems: [], vms, total: vms.length, next: null, maxConcurrentVms: 10, ...more };
}

/** What the last wave asked of its plan. */
let asked: ResolveRequest[];

/** A wave over these pages of its plan. */
function start(...pages: (ResolvedPage | ApplicationFailure)[]): Promise<WaveHandle> {
  asked = [];
  lab.planner.resolvePlan = (request) => {
    const answer = pages[asked.push(request) - 1] ?? page([]);
    return answer instanceof ApplicationFailure ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return lab.client.workflow.start<typeof migrateWave>('migrateWave', {
    args: [{ manifests: [{ kind: 'Plan' }] }],
    taskQueue: TASK_QUEUE,
    workflowId: waveId(PLAN),
  });
}

async function until(handle: WaveHandle, holds: (state: WaveState) => boolean): Promise<WaveState> {
  return eventually(async () => {
    const state = await handle.query(waveStateQuery);
    return holds(state) && state;
  });
}

test('all pages of a plan are migrated, and reported', async () => {
  const first = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const second = frozenVm({ poweredOn: false });
  const worlds = [lab.world(first), lab.world(second)];

  const handle = await start(page([first], { total: 2, next: 1 }), page([second], { total: 2 }));
  const result = await handle.result();

  expect(result).toMatchObject({ plan: PLAN, phase: 'ended', succeeded: true });
  const mib = 1024 * 1024;
  expect(
    result.results.map(({ outcome, disks, methods, bytes }) => ({ outcome, disks, methods, bytes })),
  ).toEqual([
    { outcome: 'succeeded', disks: 2, methods: ['import', 'plugin'], bytes: 16 * mib },
    { outcome: 'succeeded', disks: 1, methods: ['import'], bytes: 8 * mib },
  ]);
  expect(result.results[0]?.downtimeSeconds).toBeGreaterThan(0);
  expect(result.results[1]?.downtimeSeconds).toBeNull();
  expect(worlds.flatMap(({ breaches }) => breaches)).toEqual([]);
  expect(worlds.map(({ machine }) => machine?.running)).toEqual([true, false]);
});

test('the images that its registries gave for the whole plan run on every page', async () => {
  const [first, second] = [frozenVm({}), frozenVm({})];
  lab.world(first);
  lab.world(second);
  const images = { images: [], nodePlatforms: ['linux/amd64'], authorityFault: null };
  lab.plans.freezes.length = 0;
  const handle = await start(page([first], { total: 2, next: 1, images }), page([second], { total: 2 }));
  expect((await handle.result()).succeeded).toBe(true);
  expect(lab.plans.freezes.map((asked) => asked.images)).toEqual([images]);
});

test('a disk that fell back is reported with the method that was used, and why', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  lab.world(vm).script.fail('awaitPlugin', 'CopyRefused');

  const { results } = await (await start(page([vm]))).result();

  expect(results).toMatchObject([
    {
      methods: ['import'],
      fellBack: [{ disk: 0, kind: 'CopyRefused', message: 'awaitPlugin was told to fail' }],
    },
  ]);
});

test('VMs that were migrated before count as done, and nothing of them is started', async () => {
  const [before, fresh] = [frozenVm(), frozenVm()] as const;
  const [untouched] = [lab.world(before), lab.world(fresh)];
  const migrated = {
    vcenterUuid: before.vcenterUuid,
    vm: { name: before.vm.name, moref: before.vm.moref },
    target: { namespace: before.namespace, name: before.targetName },
    plan: PLAN,
    at: '2026-03-01T10:00:00.000Z',
    disks: 1,
    targetStands: true,
  };

  const result = await (await start(page([fresh], { migrated: [migrated], total: 2 }))).result();

  expect(result.succeeded).toBe(true);
  expect(result.vms.map(({ outcome, phase }) => `${phase} ${outcome}`)).toEqual([
    'ended alreadyMigrated',
    'ended succeeded',
  ]);
  expect(result.results).toMatchObject([
    {
      name: before.vm.name,
      target: `${before.namespace}/${before.targetName}`,
      outcome: 'alreadyMigrated',
      migrated: { plan: PLAN, at: '2026-03-01T10:00:00.000Z' },
    },
    { name: fresh.vm.name, outcome: 'succeeded' },
  ]);
  expect(untouched.log).toEqual([]);
  await expect(lab.client.workflow.getHandle(workflowIdOf(before)).describe()).rejects.toThrow('not found');
});

test('a VM that another migration finished while it was queued is done, too', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('checkTarget', 'AlreadyMigrated');
  const result = await (await start(page([vm]))).result();
  expect(result).toMatchObject({
    succeeded: true,
    results: [{ outcome: 'alreadyMigrated', failure: { kind: 'AlreadyMigrated' } }],
  });
  expect(world.log).toEqual([]);
});

test('with an error in the plan nothing is started', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const problem = {
    severity: 'error' as const,
    location: { path: 'spec.vms[1].name' },
    found: 'no VM is named "x"',
    remedy: 'name one of: y',
  };

  const handle = await start(page([vm], { next: 1, total: 2 }), page([], { problems: [problem], total: 2 }));

  expect(await handle.result()).toMatchObject({
    succeeded: false,
    problems: [problem],
    vms: [],
    results: [],
  });
  expect(world.log).toEqual([]);
});

test('a plan of more VMs than a wave takes is refused before anything is started', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const result = await (await start(page([vm], { total: 10_001 }))).result();

  expect(result).toMatchObject({ succeeded: false, vms: [], results: [] });
  expect(result.problems.map(({ found }) => found)).toEqual(['the plan has 10001 VMs (PlanTooLarge)']);
  expect(world.log).toEqual([]);
});

test('a plan that cannot be read fails the wave with the kind of that', async () => {
  const handle = await start(ApplicationFailure.nonRetryable('password refused', 'SourceLoginRefused'));

  await expect(handle.result()).rejects.toMatchObject({
    cause: { type: 'SourceLoginRefused', message: 'password refused' },
  });
});

test('no more VMs run at once than the plan allows, and one that parks frees its slot', async () => {
  const vms = [frozenVm(), frozenVm(), frozenVm()] as const;
  const [parks, runs, waits] = vms.map((vm) => lab.world(vm));
  parks?.script.fail('awaitImport', 'ImportRestarts');
  const gate = runs?.script.hold('awaitConversion', true);

  const handle = await start(page([...vms], { maxConcurrentVms: 1 }));
  await gate?.reached;
  // A VM may be further than its wave has heard.
  await until(handle, ({ vms: rows }) => rows.map(({ phase }) => phase).join() === 'parked,running,queued');
  expect(waits?.log).toEqual([]);

  gate?.open();
  await until(handle, (state) => state.vms.slice(1).every(({ phase }) => phase === 'ended'));
  parks?.script.mend('awaitImport');
  await lab.client.workflow.getHandle(workflowIdOf(vms[0])).executeUpdate(retryUpdate, { args: [OPERATOR] });

  const { results } = await handle.result();
  expect(results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('a VM that migrates already, and one whose workflow is terminated, hold up no other', async () => {
  const vms = [frozenVm(), frozenVm(), frozenVm()] as const;
  const worlds = vms.map((vm) => lab.world(vm));
  const [busy, ended] = worlds.slice(0, 2).map((world) => world.script.hold('awaitImport', true));
  const other = await lab.migrate(vms[0]);
  await busy?.reached;

  const handle = await start(page([...vms]));
  await ended?.reached;
  await lab.client.workflow.getHandle(workflowIdOf(vms[1])).terminate();
  const result = await handle.result();

  expect(result.succeeded).toBe(false);
  expect(result.results.map(({ outcome, failure }) => [outcome, failure?.kind ?? null])).toEqual([
    ['failed', 'AlreadyMigrating'],
    ['failed', 'Unexpected'],
    ['succeeded', null],
  ]);
  busy?.open();
  expect((await other.result()).outcome).toBe('succeeded');
});

test('cancelling a wave gives up what runs, starts no more, and still reports', async () => {
  const vms = [frozenVm(), frozenVm()] as const;
  const [running, queued] = vms.map((vm) => lab.world(vm));
  const gate = running?.script.hold('awaitImport', true);
  const handle = await start(page([...vms], { maxConcurrentVms: 1 }));
  await gate?.reached;
  await handle.cancel();

  const { results } = await handle.result();

  expect(results.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted']);
  expect(running?.leftovers()).toEqual([]);
  expect(running?.source.on).toBe(true);
  expect(queued?.log).toEqual([]);
});

test('words that are no VM of the wave change nothing, whoever sends them', async () => {
  const vm = frozenVm();
  const gate = lab.world(vm).script.hold('awaitImport', true);
  const handle = await start(page([vm]));
  await until(handle, ({ vms: rows }) => rows[0]?.phase === 'running');
  for (const args of [
    [],
    [null],
    [7],
    [{ moref: vm.vm.moref }],
    ['__proto__'],
    ['x'.repeat(100_000)],
    ['a', 'b'],
  ]) {
    await handle.signal('vmParked', ...(args as unknown[]));
    await handle.signal('vmResumed', ...(args as unknown[]));
  }

  const { vms } = await until(handle, () => true);
  expect(vms).toMatchObject([{ moref: vm.vm.moref, phase: 'running' }]);
  gate.open();
  expect(await handle.result()).toMatchObject({ succeeded: true });
  const { events } = await handle.fetchHistory();
  expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});
