/** The worker that grants is killed with SIGKILL, while many hold and many wait. */
import type { ChildProcess } from 'node:child_process';
import { kill, startSlotsWorker } from '../../support/slots-worker';
import { eventually } from '../../support/eventually';
import type { MigrationHandle } from '../../support/workflow-lab';
import { Stage, tellings } from './stage';

const HOLDERS = 5;
const EACH = 10;
const LEASES = HOLDERS * EACH;

let stage: Stage;
let worker: ChildProcess;
beforeAll(async () => {
  stage = await Stage.start({ grantsSlots: false });
  worker = await begin();
  await stage.begin();
});
afterAll(async () => {
  await kill(worker);
  await stage.lab.stop();
});

function begin(): Promise<ChildProcess> {
  const { address, namespace } = stage.lab.env;
  return startSlotsWorker(address, namespace ?? 'default');
}

async function told(migrations: readonly MigrationHandle[]): Promise<string[]> {
  const all = await Promise.all(migrations.map((migration) => tellings(migration)));
  return all.flat();
}

test('fifty leases outlive it: each is told once, nobody holds more than the limit allows, and what is given back goes on', async () => {
  await stage.setLimits({ conversions: LEASES });
  const holders = await Promise.all(Array.from({ length: HOLDERS }, () => stage.migration()));
  const waiting = await Promise.all(Array.from({ length: HOLDERS }, () => stage.migration()));
  // Killed while it grants: some are told by then, others are not.
  const asked = Promise.all(holders.map((holder) => stage.ask(holder, EACH)));
  await eventually(async () => (await told(holders)).length > 0);
  await kill(worker);
  await asked;
  await Promise.all(waiting.map((holder) => stage.ask(holder, EACH)));
  worker = await begin();
  await eventually(async () => (await told(holders)).length >= LEASES);
  expect((await stage.limits()).resources).toMatchObject([{ used: LEASES, waiting: LEASES }]);

  // Killed while it hears that half of it is given back.
  const kept = holders.slice(1);
  const given = stage.release(
    holders[0]!,
    ...Array.from({ length: EACH }, (_, number) => `part ${number + 1}`),
  );
  await kill(worker);
  await given;
  worker = await begin();
  await eventually(async () => (await told(waiting)).length === EACH);
  expect((await stage.limits()).resources).toMatchObject([{ used: LEASES, waiting: LEASES - EACH }]);
  for (const holder of kept) expect(await stage.held(holder)).toHaveLength(EACH);
  expect(await told(holders)).toHaveLength(LEASES);
}, 180_000);
