import { WorkflowUpdateFailedError } from '@temporalio/client';
import { changeLimits, limitsFault, recordOf } from '../../../workflows/transfer-slots/limits';
import { defaultLimits } from '../../../workflows/transfer-slots/resources';
import { eventually } from '../../support/eventually';
import { OPERATOR } from '../../support/workflow-lab';
import { NEEDS, Stage, granted } from './stage';

const RESOURCE = NEEDS[0]!;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.lab.stop());
beforeEach(() => stage.begin());
afterEach(() => stage.slots.terminate());

/** Of the resource that this test asks for. */
async function use() {
  return (await stage.limits()).resources.find(({ resource }) => resource === RESOURCE);
}

test('a limit that is lowered below what is in use takes nothing away, and grants nothing until use has fallen', async () => {
  const [holds, waits] = [await stage.migration(), await stage.migration()];
  await stage.ask(holds, 3);
  await eventually(async () => (await granted(holds)).length === 3);
  await stage.ask(waits, 1);
  await eventually(async () => (await granted(waits)).length === 1);
  await stage.release(waits, 'part 1');

  const { changed, done } = await stage.setLimits({ [RESOURCE]: 2 });
  expect(changed).toBe(true);
  expect(done).toContain(`${RESOURCE} (3 in use, limit 2)`);
  await stage.ask(waits, 2, { wants: [{ key: 'late', needs: NEEDS, seconds: null }] });
  await eventually(async () => (await use())?.waiting === 1);
  await stage.release(holds, 'part 1');
  await eventually(async () => (await use())?.used === 2);
  expect(await use()).toEqual({ resource: RESOURCE, limit: 2, isSet: true, used: 2, waiting: 1 });
  expect(await stage.held(holds)).toEqual(['part 2', 'part 3']);

  await stage.release(holds, 'part 2');
  await eventually(async () => (await granted(waits)).includes('late'));
  await stage.setLimits({ [RESOURCE]: null });
});

test('a limit of 0 lets nothing start and stops nothing; back at its default, what waits goes on', async () => {
  const [holds, waits] = [await stage.migration(), await stage.migration()];
  await stage.ask(holds, 1);
  await eventually(async () => (await granted(holds)).length === 1);
  const { done } = await stage.setLimits({ conversions: 0 });
  expect(done).toContain('0 means that nothing starts there: conversions');
  await stage.ask(waits, 1);
  await eventually(async () => (await use())?.waiting === 1);
  expect(await use()).toMatchObject({ limit: 0, used: 1 });
  expect(await stage.setLimits({ conversions: null })).toMatchObject({ changed: true });
  await eventually(async () => (await granted(waits)).length === 1);
});

test('limits outlive a transferSlots that is terminated, with who decided so and why', async () => {
  await stage.setLimits({ host: 4, [RESOURCE]: 1 });
  const before = await stage.limits();
  await stage.slots.terminate();
  await stage.begin();
  const { kinds, resources, decisions, note } = await eventually(async () => {
    const view = await stage.limits();
    return view.decisions.length > 0 && view;
  });
  expect({ kinds, decisions, note }).toEqual({
    kinds: before.kinds,
    decisions: before.decisions,
    note: null,
  });
  expect(decisions.at(-1)).toMatchObject({ ...OPERATOR, what: `host=4, ${RESOURCE}=1` });
  expect(resources).toEqual([{ resource: RESOURCE, limit: 1, isSet: true, used: 0, waiting: 0 }]);
  // They hold: of two that ask, one is granted.
  const [first, second] = [await stage.migration(), await stage.migration()];
  await stage.ask(first, 1);
  await eventually(async () => (await granted(first)).length === 1);
  await stage.ask(second, 1);
  await eventually(async () => (await use())?.waiting === 1);
  // One that begins anew once more finds them, too.
  await stage.slots.terminate();
  await stage.begin();
  const again = await eventually(async () => (await stage.limits()).decisions.length > 0 && stage.limits());
  expect(again.kinds.find(({ kind }) => kind === 'host')?.limit).toBe(4);
  await stage.setLimits({ host: null, [RESOURCE]: null });
});

test('a request before it has looked for limits of before changes only what it names', async () => {
  await stage.setLimits({ host: 5 });
  await stage.slots.terminate();
  await stage.begin();
  await stage.setLimits({ vcenter: 7 });
  const { kinds, decisions } = await stage.limits();
  const limit = (name: string) => kinds.find(({ kind }) => kind === name)?.limit;
  expect([limit('host'), limit('vcenter')]).toEqual([5, 7]);
  expect(decisions.map(({ what }) => what).slice(-2)).toEqual(['host=5', 'vcenter=7']);
  await stage.setLimits({ host: null, vcenter: null });
});

test('what holds already changes nothing, and is not recorded', async () => {
  await stage.setLimits({ plugin: 3 });
  const { decisions } = await stage.limits();
  expect(await stage.setLimits({ plugin: 3 })).toEqual({ changed: false, done: 'these limits hold already' });
  expect((await stage.limits()).decisions).toEqual(decisions);
  await stage.setLimits({ plugin: null });
});

test('every problem of a request is named at once, and nothing of it is done', async () => {
  const { kinds } = await stage.limits();
  const request = {
    who: '',
    why: 'x',
    limits: { hosts: 3, host: -1, vcenter: 1.5, 'host/esx1': 2, plugin: 4 },
  };
  const refused = stage.slots.executeUpdate('setLimits', { args: [request] });
  const { cause } = await refused.then(
    () => new WorkflowUpdateFailedError('it was taken', undefined),
    (error: unknown) => error as WorkflowUpdateFailedError,
  );
  for (const part of [
    'who is ""; say it: it is kept in the record.',
    'limits.hosts is no name that can stand here; give one of host, datastore, vcenter, storage-class, plugin, conversions,',
    'limits.host is -1; give at least 0.',
    'limits.vcenter is 1.5; give a whole number.',
    'limits["host/esx1"] is no name that can stand here',
  ])
    expect(cause?.message).toContain(part);
  expect((await stage.limits()).kinds).toEqual(kinds);
});

test('a record of limits stays small: the oldest decisions go, and too many single limits are refused', () => {
  const decisions = Array.from({ length: 40 }, (_, number) => ({
    at: `2026-01-01T00:00:${number}Z`,
    who: 'x'.repeat(256),
    why: '\u0001'.repeat(2_000),
    what: 'host=1',
  }));
  const record = recordOf(defaultLimits(), decisions);
  expect(JSON.stringify(record).length).toBeLessThanOrEqual(64 * 1024);
  expect(record.decisions.at(-1)).toBe(decisions.at(-1));
  const many = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, n) => [`host/vcenter/esx${n}.example.com`, 1]),
  );
  expect(limitsFault(changeLimits(defaultLimits(), many))).toMatch(/^too many single resources/);
  expect(limitsFault(changeLimits(defaultLimits(), { host: 1 }))).toBeNull();
});
