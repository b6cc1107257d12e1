import { eventually } from '../../support/eventually';
import { Stage, tellings } from './stage';

const LIMIT = 3;
const HOLDERS = 4;
const EACH = 7;

let stage: Stage;
beforeAll(async () => {
  // As if a history were full after a few grants.
  stage = await Stage.start({ fullAfter: 30 });
  await stage.begin();
});
afterAll(() => stage.lab.stop());

/** Oldest first: what it was given, as its history has it. */
async function runs(): Promise<string[]> {
  const all: { runId: string; startTime: Date }[] = [];
  for await (const run of stage.lab.client.workflow.list({ query: "WorkflowId = 'transfer-slots'" }))
    all.push(run);
  return all.sort((a, b) => a.startTime.getTime() - b.startTime.getTime()).map(({ runId }) => runId);
}

test('in the midst of grants it goes on in another run again and again: nothing is lost, nothing granted twice, no limit passed', async () => {
  await stage.setLimits({ conversions: LIMIT });
  const migrations = await Promise.all(Array.from({ length: HOLDERS }, () => stage.migration()));
  await Promise.all(migrations.map((migration) => stage.ask(migration, EACH)));
  let most = 0;
  const given = new Map(migrations.map(({ workflowId }) => [workflowId, new Set<string>()]));
  // Whoever holds gives back, all of them at once, and is granted more.
  await eventually(async () => {
    const { resources } = await stage.limits();
    most = Math.max(most, ...resources.map(({ used }) => used));
    await Promise.all(
      migrations.map(async (migration) => {
        const done = given.get(migration.workflowId)!;
        const held = (await stage.held(migration)).filter((key) => !done.has(key));
        if (held.length > 0) await stage.release(migration, ...held);
        for (const key of held) done.add(key);
      }),
    );
    return [...given.values()].every(({ size }) => size === EACH);
  });

  expect(most).toBe(LIMIT);
  for (const migration of migrations) {
    const told = await eventually(async () => {
      const keys = await tellings(migration);
      return keys.length >= EACH && keys;
    });
    expect(told.sort()).toEqual(Array.from({ length: EACH }, (_, number) => `part ${number + 1}`));
  }
  expect((await runs()).length).toBeGreaterThan(3);
  await eventually(async () => (await stage.limits()).resourcesInAll === 0);
});

test('limits, and who set them, go on into each run, and so does what a terminated one leaves', async () => {
  const { kinds, decisions } = await stage.limits();
  expect(kinds.find(({ kind }) => kind === 'conversions')?.limit).toBe(LIMIT);
  expect(decisions.map(({ what }) => what)).toEqual([`conversions=${LIMIT}`]);
  const { memo, runId } = await stage.slots.describe();
  expect((await runs()).indexOf(runId)).toBeGreaterThan(0);
  expect(memo).toEqual({ limits: { limits: { kinds: { conversions: LIMIT }, resources: {} }, decisions } });
});
