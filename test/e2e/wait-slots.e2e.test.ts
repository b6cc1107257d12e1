/** More waits than a worker has slots for: giving a VM up must not queue behind them. */
import { eventuallyPasses } from '../support/eventually';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

let stage: Stage;

beforeAll(async () => {
  const vms = [vm('wide', ['block', 'files', 'array', 'array']), vm('late', ['block', 'array'])];
  stage = await Stage.open(vms, { workerEnv: { DROVER_WAIT_SLOTS: '2' } });
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function cancelled(started: StartedVm): Promise<void> {
  const handle = await stage.whole.drover.vm(started.workflowId);
  await handle.cancel({ who: 'ann@example.com', why: 'wrong night' });
  expect(await stage.result(started)).toMatchObject({ outcome: 'aborted', left: [] });
}

test('with four disks waiting on two slots, and a VM behind them, each cancel ends though no wait does', async () => {
  const { array, source, whole } = stage;
  const empty = await stage.contents();
  // No clock ends a wait: what a cancel had to queue behind would never let it go on.
  await array.hold('wide');
  const wide = (await stage.start(plan(whole.lab.state, ['wide']))).vm('wide');
  await stage.copying(wide);
  // Both slots are taken for as long as the copies go on: this VM's first wait gets none.
  const late = (await stage.start(plan(whole.lab.state, ['late']))).vm('late');
  await stage.until(late, 'volumes', ({ phase }) => phase === 'volumes');

  await cancelled(late);
  expect((await stage.state(wide)).disks.map(({ phase }) => phase)).toEqual(Array(4).fill('copying'));
  await cancelled(wide);

  expect(await stage.contents()).toEqual(empty);
  expect(await array.running()).toEqual([]);
  await eventuallyPasses(async () => expect(await stage.persistentVolumes()).toEqual([]));
  for (const { moref } of [wide, late]) expect((await source.power(moref)).state).toBe('poweredOn');
});
