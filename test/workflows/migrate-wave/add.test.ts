/** VMs that are added to a wave while it runs. */
import { ApplicationFailure } from '@temporalio/common';
import type { ResolvedPage } from '../../../activities/interfaces';
import type { FrozenVm } from '../../../plan/frozen';
import { MOST_ADDED, MOST_ADDED_BYTES } from '../../../plan/limits';
import { formatProblem } from '../../../plan/problem';
import type { VmRole, WaveRules } from '../../../plan/wave';
import { pageId, vmId } from '../../../plan/workflow-ids';
import type { migrateWave } from '../../../workflows';
import {
  addUpdate,
  cancelUpdate,
  pageOrdersSignal,
  pauseUpdate,
  resumeUpdate,
  type AddAnswer,
  type AddRequest,
  type WaveResult,
  type WaveState,
} from '../../../workflows/temporal-api';
import { eventually } from '../../support/eventually';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';
import { PLAN, WAVE, phases, startWave, untilWave, type WaveRun } from './wave-run';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.plans.freezes.length = 0;
  lab.plans.problemsOf = () => [];
});

type Gate = { open(): void; reached: Promise<void> };

interface Started extends WaveRun {
  /** Its first VM stands at it. */
  gate: Gate;
}

const current = () => lab.client.workflow.getHandle<typeof migrateWave>(WAVE);
const until = (holds: (state: WaveState) => boolean) => untilWave(lab, holds);
const outcomes = ({ results }: WaveResult) => results.map(({ name, outcome }) => `${name} ${outcome}`);

/** A wave of so many VMs, the first of which runs until its gate opens. */
async function start(
  count: number,
  plan: Partial<Pick<ResolvedPage, 'maxConcurrentVms' | 'wave' | 'roles'>> = {},
  how: Pick<Parameters<typeof startWave>[1], 'memo' | 'adopt'> = {},
): Promise<Started> {
  const vms = Array.from({ length: count }, () => frozenVm({ convert: false }));
  let gate: Gate | undefined;
  const run = await startWave(lab, { vms, plan, ...how }, ([first]: FakeWorld[]) => {
    gate = first!.script.hold('awaitImport', true);
  });
  await gate!.reached;
  await until(({ vms: rows }) => rows[0]?.phase === 'running');
  return { ...run, gate: gate! };
}

/** New VMs; from now on the planner resolves what documents name of them. */
function newVms(count: number, { roles = [], ...rest }: Partial<ResolvedPage> = {}): FrozenVm[] {
  const vms = Array.from({ length: count }, () => frozenVm({ convert: false }));
  for (const vm of vms) lab.world(vm);
  lab.planner.resolvePlan = ({ manifests }) => {
    const named = namedIn(manifests);
    const meant = vms.filter(({ vm }) => named.includes(vm.moref));
    const frame = { plan: PLAN, problems: [], next: null, maxConcurrentVms: 10 };
    return Promise.resolve({ ...frame, vms: meant, total: meant.length, roles, ...rest });
  };
  return vms;
}

function namedIn(manifests: readonly object[]): string[] {
  const plan = manifests.find((document) => 'kind' in document && document.kind === 'Plan');
  return (plan as { spec: { vms: { id: string }[] } }).spec.vms.map(({ id }) => id);
}

function documents(vms: readonly FrozenVm[]): Record<string, unknown>[] {
  const entries = vms.map(({ vm }) => ({ id: vm.moref, name: vm.name }));
  return [
    { kind: 'Plan', metadata: PLAN, spec: { vms: [{ id: 'vm-other' }, ...entries] } },
    { kind: 'Provider' },
  ];
}

function add(
  vms: readonly FrozenVm[],
  texts = vms.map(({ vm }) => vm.name),
  more: Pick<AddRequest, 'adopt'> = {},
): Promise<AddAnswer> {
  const request = { ...OPERATOR, vms: texts, manifests: documents(vms), ...more };
  return current().executeUpdate(addUpdate, { args: [request] });
}

const refused = (word: Promise<unknown>): Promise<string> =>
  word.then(
    () => 'it was not refused',
    (error: { cause?: Error }) => error.cause?.message ?? String(error),
  );

const problemsOf = ({ problems }: AddAnswer) => problems.map(formatProblem);

test('added VMs are frozen, start and are reported as all others, and the record says who added them and why', async () => {
  const run = await start(1);
  const fresh = newVms(3);
  const [first, second] = fresh.map(({ vm }) => vm.name);
  const answer = await add(fresh, [first!, fresh[1]!.vm.moref]);
  expect(answer).toEqual({
    changed: true,
    done: `2 VMs are added: ${first}, ${second}`,
    holds: [],
    problems: [],
  });
  // The page has the documents of its own VMs alone.
  const frozen = lab.plans.freezes.at(-1)!.manifests;
  expect(namedIn(frozen)).toEqual([fresh[0]!.vm.moref, fresh[1]!.vm.moref]);
  expect(frozen).toHaveLength(2);
  await until(({ vms }) => vms[1]?.phase === 'ended' && vms[2]?.phase === 'ended');
  run.gate.open();

  const result = await run.handle.result();
  expect(outcomes(result)).toEqual([
    `${run.vms[0]!.vm.name} succeeded`,
    `${first} succeeded`,
    `${second} succeeded`,
  ]);
  expect(result.decisions).toMatchObject([
    { action: 'add', ...OPERATOR, about: `VMs ${first}, ${second}`, vms: 2 },
  ]);
  await lab.client.workflow.getHandle(pageId(WAVE, 1)).result();
  expect(lab.worlds.get(fresh[2]!.vm.moref)!.log).toEqual([]);
});

test('an added VM that is migrated by another wave at that moment is refused by its row, and the others go on', async () => {
  const run = await start(1);
  const fresh = newVms(2);
  const [elsewhere, free] = fresh;
  const gate = lab.worlds.get(elsewhere!.vm.moref)!.script.hold('awaitImport', true);
  const other = await lab.migrate(elsewhere!);
  await gate.reached;
  expect(await add(fresh)).toMatchObject({ changed: true });
  await until(({ vms }) => vms[1]?.phase === 'ended' && vms[2]?.phase === 'ended');
  run.gate.open();

  const result = await run.handle.result();
  expect(outcomes(result).slice(1)).toEqual([`${elsewhere!.vm.name} failed`, `${free!.vm.name} succeeded`]);
  expect(result.results[1]?.failure?.kind).toBe('AlreadyMigrating');
  gate.open();
  expect(await other.result()).toMatchObject({ outcome: 'succeeded' });
});

test('a VM of the wave is not added again, whatever became of it, and with it nobody else; all problems are one answer', async () => {
  const run = await start(2);
  const fresh = newVms(2);
  const [once, later] = fresh;
  await add([once!]);
  await until(({ vms }) => vms[1]?.phase === 'ended' && vms[2]?.phase === 'ended');
  const all = [once!, later!, ...run.vms];
  const answer = await add(all, [...all.map(({ vm }) => vm.name), 'nobody']);
  expect(answer).toMatchObject({ changed: false, done: 'no VM is added' });
  expect(problemsOf(answer).map((line) => line.split(';')[0])).toEqual([
    'Plan/openshift-mtv/wave-1: spec.vms: no VM "nobody" is in spec.vms',
    ...[once!, ...run.vms].map(
      ({ vm }, index) =>
        `Plan/openshift-mtv/wave-1: spec.vms[${index === 0 ? 1 : index + 2}]: VM "${vm.name}" (${vm.moref}) is in the wave already (${index === 1 ? 'running' : 'succeeded'})`,
    ),
  ]);
  expect((await until(() => true)).vms).toHaveLength(3);
  expect(await add([later!])).toMatchObject({ changed: true });
  run.gate.open();
  expect(outcomes(await run.handle.result())).toHaveLength(4);
});

test('added VMs wait for a pause, their group and the canaries as all others', async () => {
  const groups: WaveRules['groups'] = [
    { name: 'database', after: [] },
    { name: 'web', after: ['database'] },
  ];
  const [first] = [{ group: 'database', priority: 5, canary: false }];
  const run = await start(1, { wave: { groups, gate: null } });
  const fresh = newVms(3);
  const roleOf = (index: number, role: Partial<VmRole>): VmRole => ({
    ...first!,
    moref: fresh[index]!.vm.moref,
    ...role,
  });
  const roles = [roleOf(0, { group: 'web' }), roleOf(1, {}), roleOf(2, { group: null, canary: true })];
  const resolve = lab.planner.resolvePlan;
  lab.planner.resolvePlan = async (request) => ({ ...(await resolve(request)), roles });
  await current().executeUpdate(pauseUpdate, { args: [OPERATOR] });
  const answer = await add(fresh);
  expect(answer.holds.map(({ kind }) => kind)).toEqual(['paused', 'canary', 'group']);
  run.gate.open();
  const paused = await until(({ vms }) => vms[0]?.phase === 'ended');
  expect(phases(paused)).toEqual(['ended', 'queued', 'queued', 'queued']);

  const canary = lab.worlds.get(fresh[2]!.vm.moref)!.script.hold('awaitImport', true);
  await current().executeUpdate(resumeUpdate, { args: [OPERATOR] });
  await canary.reached;
  await until((state) => phases(state).join() === 'ended,queued,queued,running');
  canary.open();
  const result = await run.handle.result();
  expect(result.succeeded).toBe(true);
  const [web, database] = result.results
    .slice(1, 3)
    .map(({ startedAt, endedAt }) => ({ startedAt, endedAt }));
  expect(Date.parse(web!.startedAt!)).toBeGreaterThanOrEqual(Date.parse(database!.endedAt!));
});

test('a wave goes on in new runs only between two words that add VMs, starts others meanwhile, and loses none', async () => {
  const run = await start(3, { maxConcurrentVms: 1 }, { memo: { mostEvents: 1 } });
  const fresh = newVms(2);
  const resolve = lab.planner.resolvePlan;
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((reached) => {
    lab.planner.resolvePlan = async (request) => {
      reached();
      await new Promise<void>((open) => (answer = open));
      return resolve(request);
    };
  });
  const adding = add([fresh[0]!]);
  await asked;
  const before = (await current().describe()).runId;
  run.gate.open();
  await until((state) => phases(state).join() === 'ended,ended,ended');
  expect((await current().describe()).runId).toBe(before);
  answer();
  expect(await adding).toMatchObject({ changed: true });

  lab.planner.resolvePlan = resolve;
  const gate = lab.worlds.get(fresh[0]!.vm.moref)!;
  await until(({ vms }) => vms[3] !== undefined && vms[3].phase !== 'queued');
  expect(gate.breaches).toEqual([]);
  const result = await lab.client.workflow.result<typeof migrateWave>(WAVE);
  expect(outcomes(result)).toEqual([...run.vms, fresh[0]!].map(({ vm }) => `${vm.name} succeeded`));
});

test('VMs that later runs of a wave add have numbers and pages of their own', async () => {
  const run = await start(1, {}, { memo: { mostEvents: 1 } });
  const fresh = newVms(3);
  for (const vm of fresh) {
    const { runId } = await current().describe();
    expect(await add([vm])).toMatchObject({ changed: true });
    await eventually(async () => (await current().describe()).runId !== runId);
  }
  await until(({ vms }) => vms.slice(1).every(({ phase }) => phase === 'ended'));
  run.gate.open();
  const result = await run.handle.result();
  expect(outcomes(result)).toEqual([...run.vms, ...fresh].map(({ vm }) => `${vm.name} succeeded`));
  expect(result.decisions).toHaveLength(3);
  for (const page of [1, 2, 3]) await lab.client.workflow.getHandle(pageId(WAVE, page)).result();
});

/** Its volume is copied, and its run is ended from outside. */
async function loseRun(vm: FrozenVm): Promise<FakeWorld> {
  const world = lab.worlds.get(vm.vm.moref)!;
  world.source.lastPowerOn = '2025-12-31T08:00:00.000Z';
  world.script.fail('createMachine', 'TargetRefused');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.terminate('lost');
  world.script.mend('createMachine');
  return world;
}

describe('VMs whose earlier runs are lost', () => {
  test('adopt where the wave adopts, also in its later runs', async () => {
    const run = await start(1, {}, { memo: { mostEvents: 1 }, adopt: true });
    const fresh = newVms(2);
    const [other, lost] = fresh;
    const world = await loseRun(lost!);
    const { runId } = await current().describe();
    expect(await add([other!])).toMatchObject({ changed: true });
    await eventually(async () => (await current().describe()).runId !== runId);

    expect(await add([lost!])).toMatchObject({ changed: true });
    await until(({ vms }) => vms[2]?.outcome === 'succeeded');
    expect(world.copies).toHaveLength(1);
    expect(world.breaches).toEqual([]);
    run.gate.open();
    expect((await run.handle.result()).succeeded).toBe(true);
  });

  test('adopt where the word that adds them says so, and park where nobody does', async () => {
    const run = await start(1);
    const fresh = newVms(2);
    const [asked, unasked] = fresh;
    const worlds = await Promise.all(fresh.map(loseRun));
    expect(await add([asked!], undefined, { adopt: true })).toMatchObject({ changed: true });
    expect(await add([unasked!])).toMatchObject({ changed: true });

    await until(({ vms }) => vms[1]?.outcome === 'succeeded' && vms[2]?.phase === 'parked');
    expect((await lab.parked(unasked!)).attention?.failure.kind).toBe('TargetLeftOver');
    expect(worlds.map(({ copies }) => copies.length)).toEqual([1, 1]);
    await lab.client.workflow.getHandle(vmId({ ...unasked!, ...unasked!.vm })).cancel();
    run.gate.open();
    await run.handle.result();
  });
});

test('documents that are refused, in outline or as VMs are frozen, change nothing, and name the field as it was given', async () => {
  const run = await start(1);
  const problem = {
    severity: 'error' as const,
    location: { path: 'spec.vms[0].targetName' },
    found: 'is taken',
    remedy: 'give another',
  };
  const fresh = newVms(2, { problems: [problem] });
  const before = (await until(() => true)).vms;
  const unread = await add(fresh, [fresh[1]!.vm.name]);
  expect(unread).toMatchObject({ changed: false, done: 'no VM is added' });
  expect(problemsOf(unread)).toEqual(['spec.vms[2].targetName: is taken; give another']);

  const sound = newVms(1);
  lab.plans.problemsOf = () => [problem];
  const unfrozen = await add(sound);
  expect(problemsOf(unfrozen)).toEqual(['spec.vms[1].targetName: is taken; give another']);
  // Its page has ended, and its number stays its own.
  await lab.client.workflow.getHandle(pageId(WAVE, 1)).result();
  expect((await until(() => true)).vms).toEqual(before);

  lab.plans.problemsOf = () => [];
  expect(await add(sound)).toMatchObject({ changed: true });
  await lab.client.workflow.getHandle(pageId(WAVE, 2)).describe();
  run.gate.open();
  const result = await run.handle.result();
  expect(result).toMatchObject({ succeeded: true, problems: [] });
  expect(outcomes(result)).toHaveLength(2);
  expect(result.decisions).toHaveLength(1);
});

test('a source that can not be asked is a failure of the word, and not of the wave', async () => {
  const run = await start(1);
  const fresh = newVms(1);
  const resolve = lab.planner.resolvePlan;
  const lost = ApplicationFailure.nonRetryable('no route to host', 'SourceUnreachable');
  lab.planner.resolvePlan = () => Promise.reject(lost);
  expect(await refused(add(fresh))).toBe('no route to host');
  lab.planner.resolvePlan = resolve;
  expect(await add(fresh)).toMatchObject({ changed: true });
  run.gate.open();
  expect(await run.handle.result()).toMatchObject({ succeeded: true });
});

test('a page that ends while its added VMs are frozen adds none of them', async () => {
  const run = await start(1);
  const fresh = newVms(1);
  const freeze = lab.plans.problemsOf;
  lab.plans.problemsOf = () => {
    throw ApplicationFailure.retryable('not yet');
  };
  const adding = refused(add(fresh));
  await eventually(() =>
    lab.client.workflow
      .getHandle(pageId(WAVE, 1))
      .terminate('by mistake')
      .then(
        () => true,
        () => false,
      ),
  );
  expect(await adding).toBe(`${pageId(WAVE, 1)} was ended from outside before any VM started`);
  lab.plans.problemsOf = freeze;
  run.gate.open();
  expect(outcomes(await run.handle.result())).toHaveLength(1);
});

test('a wave that was cancelled takes no VM in', async () => {
  const run = await start(1);
  const fresh = newVms(1);
  const other = lab.worlds.get(run.vms[0]!.vm.moref)!.script.hold('removeEverything', true);
  await current().cancel();
  await other.reached;
  expect(await refused(add(fresh))).toBe(
    'the wave is ending; run the plan again for these VMs when it has ended',
  );
  other.open();
  expect(outcomes(await run.handle.result())).toEqual([`${run.vms[0]!.vm.name} aborted`]);
});

test('words that are none are refused before anybody is asked, and no task of the wave fails by them', async () => {
  const run = await start(1);
  const fresh = newVms(1);
  const manifests = documents(fresh);
  const vms = [fresh[0]!.vm.name];
  let nested: object = { kind: 'List', items: [] };
  for (let level = 0; level < 1_000; level++) nested = { kind: 'List', items: [nested] };
  const large = [...manifests, { kind: 'Provider', text: 'x'.repeat(MOST_ADDED_BYTES) }];
  const many = Array.from({ length: MOST_ADDED + 1 }, (_, index) => `web-${index}`);
  const requests: [object | null, string][] = [
    [null, 'the input is null'],
    [{}, 'vms is missing'],
    [{ vms, manifests, all: true }, 'has no field "all"'],
    [{ vms: [], manifests }, 'vms is an empty list'],
    [{ vms: many, manifests }, `give at most ${MOST_ADDED} entries`],
    [{ vms, manifests: large }, 'manifests has more than 256 KiB; add fewer VMs at once'],
    [{ vms, manifests: [nested] }, 'manifests has more than 256 KiB'],
    [{ vms, manifests: 'plan.yaml' }, 'manifests is a text'],
  ];
  for (const [request, reason] of requests) {
    const said = request === null ? null : { ...OPERATOR, ...request };
    expect(await refused(current().executeUpdate('add', { args: [said] }))).toContain(reason);
  }
  for (const foreign of [[{ kind: 'Plan' }], [{ kind: 'Plan', spec: { vms: 'all' } }], []])
    expect(
      await current().executeUpdate('add', { args: [{ ...OPERATOR, vms, manifests: foreign }] }),
    ).toMatchObject({ changed: false, problems: [{ severity: 'error' }] });
  await current().signal(pageOrdersSignal.name, {});
  await current().executeUpdate(cancelUpdate, { args: [{ ...OPERATOR, all: true }] });
  run.gate.open();
  await run.handle.result();
  const { events } = await run.handle.fetchHistory();
  expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});
