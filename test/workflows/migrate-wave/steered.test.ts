/** A wave whose plan says in which order its VMs start, and operators who steer it. */
import type { VmRole, WaveRules } from '../../../plan/wave';
import { pageId } from '../../../plan/workflow-ids';
import {
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  searchAttributes,
  skipUpdate,
  stateQuery,
  waveStateQuery,
  type WaveState,
} from '../../../workflows/temporal-api';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab, workflowIdOf } from '../../support/workflow-lab';
import { phases, startWave, untilWave, type WaveRun } from './wave-run';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const NOTHING: WaveRules = { groups: [], gate: null };
const DATABASE_FIRST: WaveRules = {
  groups: [
    { name: 'database', after: [] },
    { name: 'application', after: ['database'] },
  ],
  gate: null,
};

interface Sketch {
  rules?: WaveRules;
  roles: Partial<VmRole>[];
  atOnce?: number;
}

type Run = WaveRun;

/** Makes a VM for each role; `prepare` scripts their worlds before the wave starts. */
function start(sketch: Sketch, prepare?: (worlds: FakeWorld[]) => void): Promise<Run> {
  const { rules = NOTHING, roles, atOnce = 10 } = sketch;
  const vms = roles.map(() => frozenVm());
  const all = roles.map((role, index) => ({
    moref: vms[index]!.vm.moref,
    group: null,
    priority: 5,
    canary: false,
    ...role,
  }));
  return startWave(lab, { vms, plan: { maxConcurrentVms: atOnce, wave: rules, roles: all } }, prepare);
}

const until = (holds: (state: WaveState) => boolean) => untilWave(lab, holds);

const outcomes = ({ results }: { results: { outcome: string }[] }) => results.map(({ outcome }) => outcome);
const heldBy = (kind: string) => (state: WaveState) =>
  state.holds?.some((hold) => hold.kind === kind && hold.needsOperator) === true;

/** In the order in which the wave had its page start them. */
async function startOrder({ handle, vms }: Run): Promise<number[]> {
  const page = lab.client.workflow.getHandle(pageId(handle.workflowId, 0));
  const { events } = await page.fetchHistory();
  const started = (events ?? []).flatMap(
    (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
  );
  return started.map((id) => vms.findIndex((vm) => workflowIdOf(vm) === id));
}

const refused = (update: Promise<unknown>): Promise<string> =>
  update.then(
    () => 'it was not refused',
    (error: { cause?: Error }) => error.cause?.message ?? String(error),
  );

test('canaries start first, then by priority, then in the order of the plan', async () => {
  const roles = [{}, { priority: 9 }, { canary: true, priority: 1 }, { priority: 9 }, { priority: 1 }];
  const run = await start({ roles, atOnce: 1 });
  expect((await run.handle.result()).succeeded).toBe(true);
  expect(await startOrder(run)).toEqual([2, 1, 3, 0, 4]);
});

test('a pause during a canary starts nobody, and a resume goes on where it was', async () => {
  const run = await start({ roles: [{}, { canary: true }] });
  const { handle, worlds } = run;
  const gate = worlds[1]!.script.hold('awaitImport', true);
  await until(({ vms }) => vms[1]?.phase === 'running');
  const answer = await handle.executeUpdate(pauseUpdate, { args: [OPERATOR] });
  expect(answer).toMatchObject({ changed: true, holds: [{ kind: 'paused' }, { kind: 'canary' }] });
  expect(await handle.executeUpdate(pauseUpdate, { args: [OPERATOR] })).toMatchObject({ changed: false });
  gate.open();

  const paused = await until(({ vms }) => vms[1]?.outcome === 'succeeded');
  expect(phases(paused)).toEqual(['queued', 'ended']);
  expect(paused.holds).toMatchObject([
    { kind: 'paused', why: 'paused by ann@example.com: the array is back' },
  ]);
  expect(worlds[0]?.log).toEqual([]);
  const { typedSearchAttributes } = await handle.describe();
  expect(typedSearchAttributes.get(searchAttributes.attention)).toBe('paused');

  await handle.executeUpdate(resumeUpdate, { args: [OPERATOR] });
  const result = await handle.result();
  expect(outcomes(result)).toEqual(['succeeded', 'succeeded']);
  expect(result.decisions?.map(({ action, who, about }) => `${action} ${about} by ${who}`)).toEqual([
    'pause wave by ann@example.com',
    'resume pause by ann@example.com',
  ]);
  expect((await handle.describe()).typedSearchAttributes.get(searchAttributes.attention)).toBeUndefined();
});

test('after a canary that was aborted nobody starts until an operator goes on in spite of it', async () => {
  const run = await start({ roles: [{ canary: true }, {}] }, ([canary]) =>
    canary!.script.fail('checkTarget', 'NameTaken'),
  );
  await until(heldBy('canary'));
  await run.handle.executeUpdate(cancelUpdate, { args: [{ ...OPERATOR, vm: run.vms[0]!.vm.name }] });
  const held = await until(({ vms }) => vms[0]?.outcome === 'aborted');
  expect(held.holds?.[0]?.why).toBe(`of the canaries, ${run.vms[0]?.vm.name} was aborted`);
  expect(phases(held)).toEqual(['ended', 'queued']);

  const answer = await run.handle.executeUpdate(resumeUpdate, { args: [OPERATOR] });
  expect(answer.done).toBe('it goes on in spite of: canary');
  expect(outcomes(await run.handle.result())).toEqual(['aborted', 'succeeded']);
});

test('a gate that trips holds the wave, says by whom, and lets go on after a resume', async () => {
  const rules: WaveRules = { groups: [], gate: { most: { percent: 20 }, minVms: 3 } };
  const run = await start({ rules, roles: [{}, {}, {}, {}, {}], atOnce: 1 }, (worlds) =>
    worlds[1]!.script.fail('checkTarget', 'NameTaken'),
  );
  const held = await until(heldBy('gate'));
  expect(phases(held)).toEqual(['ended', 'parked', 'ended', 'queued', 'queued']);
  expect(held.holds).toMatchObject([
    {
      why: '1 of 3 VMs failed, were aborted or are parked; the gate lets pass 20 % of them at most',
      vms: [run.vms[1]?.vm.name],
    },
  ]);

  await run.handle.executeUpdate(resumeUpdate, { args: [OPERATOR] });
  await until(({ vms }) => vms.filter(({ phase }) => phase === 'ended').length === 4);
  run.worlds[1]!.script.mend('checkTarget');
  const parked = lab.client.workflow.getHandle(workflowIdOf(run.vms[1]!));
  await parked.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await run.handle.result()).succeeded).toBe(true);
});

test('a gate opens by itself once retries have mended what was parked', async () => {
  const run = await start(
    { rules: { groups: [], gate: { most: 0, minVms: 5 } }, roles: [{}, {}], atOnce: 1 },
    ([first]) => first!.script.fail('checkTarget', 'NameTaken'),
  );
  await until(heldBy('gate'));
  run.worlds[0]!.script.mend('checkTarget');
  await lab.client.workflow
    .getHandle(workflowIdOf(run.vms[0]!))
    .executeUpdate(retryUpdate, { args: [OPERATOR] });
  const result = await run.handle.result();
  expect(outcomes(result)).toEqual(['succeeded', 'succeeded']);
  expect(result.decisions).toBeUndefined();
});

test('a group waits for all of the one before it, and for an operator where one of that failed', async () => {
  const roles = [{ group: 'application' }, { group: 'database' }, { group: 'database' }, {}];
  const run = await start({ rules: DATABASE_FIRST, roles }, (worlds) => {
    worlds[1]!.script.fail('checkTarget', 'NameTaken');
  });
  const [, broken] = run.vms;
  const waiting = await until(({ vms }) => vms[1]?.phase === 'parked' && vms[3]?.phase === 'ended');
  expect(waiting.holds).toMatchObject([{ kind: 'group', group: 'application' }]);
  expect(phases(waiting)[0]).toBe('queued');
  await until(({ vms }) => vms[2]?.phase === 'ended');
  expect(await refused(run.handle.executeUpdate(resumeUpdate, { args: [OPERATOR] }))).toBe(
    `there is nothing to resume: group application waits for database: ${broken?.vm.name} is parked`,
  );

  const one = lab.client.workflow.getHandle(workflowIdOf(broken!));
  await one.executeUpdate('abort', { args: [OPERATOR] });
  await until(({ vms }) => vms[1]?.outcome === 'aborted');
  expect(phases(await run.handle.query(waveStateQuery))[0]).toBe('queued');
  const answer = await run.handle.executeUpdate(resumeUpdate, { args: [OPERATOR] });
  expect(answer.done).toBe('it goes on in spite of: group database');
  expect(outcomes(await run.handle.result())).toEqual(['succeeded', 'aborted', 'succeeded', 'succeeded']);
});

test('what is skipped before it started fails no wave and holds up no group', async () => {
  const roles = [{ group: 'database' }, { group: 'database' }, { group: 'application' }];
  let gate: { open(): void } | undefined;
  const run = await start({ rules: DATABASE_FIRST, roles, atOnce: 1 }, ([first]) => {
    gate = first!.script.hold('awaitImport', true);
  });
  const { handle, vms, worlds } = run;
  const [first, second] = vms.map(({ vm }) => vm.name);
  await until((state) => state.vms[0]?.phase === 'running');
  const skip = (choice: object) =>
    handle.executeUpdate(skipUpdate, { args: [{ ...OPERATOR, ...choice } as never] });

  expect(await skip({ vm: second })).toMatchObject({ changed: true, done: `1 VM is skipped: ${second}` });
  expect(await skip({ vm: second })).toMatchObject({ changed: false });
  expect(await refused(skip({ vm: first }))).toBe(
    `VM ${first} has started (${first} is running); only what has not started can be skipped`,
  );
  expect(await refused(skip({ group: 'databases' }))).toContain('did you mean "database"?');
  expect(await refused(skip({}))).toContain('give one of vm and group');
  gate?.open();

  const result = await handle.result();
  expect(result.succeeded).toBe(true);
  expect(outcomes(result)).toEqual(['succeeded', 'skipped', 'succeeded']);
  expect(worlds[1]?.log).toEqual([]);
  await expect(lab.client.workflow.getHandle(workflowIdOf(vms[1]!)).describe()).rejects.toThrow('not found');
});

test('cancelling a group gives up what runs of it, starts no more of it, and leaves the others', async () => {
  const roles = [{ group: 'web' }, {}, { group: 'web' }];
  const gates: { open(): void }[] = [];
  const rules: WaveRules = { groups: [{ name: 'web', after: [] }], gate: null };
  const run = await start({ rules, roles, atOnce: 2 }, (worlds) => {
    for (const world of worlds.slice(0, 2)) gates.push(world.script.hold('awaitImport', true));
  });
  const { handle, vms, worlds } = run;
  await until((state) => [0, 1].every((index) => state.vms[index]?.phase === 'running'));
  await lab.until(vms[0]!, ({ phase }) => phase === 'copy');
  const request = { who: 'bo', why: 'wrong network', group: 'web' };
  await handle.executeUpdate(cancelUpdate, { args: [request] });
  const again = await handle.executeUpdate(cancelUpdate, { args: [request] });
  expect(again.changed).toBe(false);
  await until((state) => state.vms[0]?.outcome === 'aborted');
  gates[1]!.open();

  const result = await handle.result();
  expect(outcomes(result)).toEqual(['aborted', 'succeeded', 'aborted']);
  expect(worlds[0]?.leftovers()).toEqual([]);
  expect(worlds[0]?.source.on).toBe(true);
  expect(worlds[2]?.log).toEqual([]);
  const { decisions } = await lab.client.workflow.getHandle(workflowIdOf(vms[0]!)).query(stateQuery);
  expect(decisions).toMatchObject([{ action: 'abort', who: 'bo', why: 'wrong network' }]);
  expect(result.decisions).toMatchObject([{ action: 'cancel', about: 'group web', vms: 2 }]);
});

test('a wave that is cancelled as a whole ends with the report of all', async () => {
  let gate: { open(): void } | undefined;
  const run = await start({ roles: [{}, {}], atOnce: 1 }, ([first]) => {
    gate = first!.script.hold('awaitImport', true);
  });
  await until(({ vms }) => vms[0]?.phase === 'running');
  await lab.until(run.vms[0]!, ({ phase }) => phase === 'copy');
  await run.handle.executeUpdate(cancelUpdate, { args: [{ ...OPERATOR, all: true }] });
  expect(outcomes(await run.handle.result())).toEqual(['aborted', 'aborted']);
  gate?.open();
  expect(run.worlds[0]?.source.on).toBe(true);
});

test('words that are none are refused, and no task of the wave fails by them', async () => {
  let gate: { open(): void } | undefined;
  const run = await start({ roles: [{}] }, ([first]) => {
    gate = first!.script.hold('awaitImport', true);
  });
  await until(({ vms }) => vms[0]?.phase === 'running');
  for (const update of ['pause', 'resume', 'skip', 'cancel']) {
    for (const args of [
      [],
      [null],
      [{}],
      [{ ...OPERATOR, vm: 7 }],
      [{ ...OPERATOR, why: ' ' }],
      [OPERATOR, OPERATOR],
    ]) {
      expect(await refused(run.handle.executeUpdate(update, { args: args as [] }))).not.toBe(
        'it was not refused',
      );
    }
  }
  gate?.open();
  expect(await run.handle.result()).toMatchObject({ succeeded: true });
  const { events } = await run.handle.fetchHistory();
  expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});
