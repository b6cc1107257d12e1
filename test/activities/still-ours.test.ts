/** A worker that stands still, while another one takes its step over: what Temporal tells it when it wakes. */
import { Context } from '@temporalio/activity';
import { requireStillOurs } from '../../activities/still-ours';
import { frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../support/workflow-lab';
import { abortUpdate } from '../../workflows/temporal-api';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const within = () => requireStillOurs(5_000);

/** What comes of a confirmation, beside what the step makes of it. */
function hearing() {
  let tell = (_: unknown): void => undefined;
  const said = new Promise<unknown>((resolve) => (tell = resolve));
  const hear = (confirmation: Promise<void>): Promise<void> => {
    confirmation.then(tell, tell);
    return confirmation;
  };
  return { said, hear };
}

/** @returns seconds until another worker had the step */
async function takeOver(): Promise<number> {
  const vm = frozenVm();
  const world = lab.world(vm);
  let standingStill = 0;
  let another = (_attempt: number): void => undefined;
  const takenOver = new Promise<number>((resolve) => (another = resolve));
  const { said: woken, hear } = hearing();
  world.script.run('shutDownGuest', async () => {
    if (Context.current().info.attempt === 1) {
      standingStill = Date.now();
      await takenOver;
      return hear(within());
    }
    another(Date.now());
    await within();
  });
  const handle = await lab.migrate(vm);

  const seconds = ((await takenOver) - standingStill) / 1000;
  expect(await woken).toMatchObject({ name: 'CancelledFailure' });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.log.filter((line) => line === 'guest asked to shut down')).toHaveLength(1);
  return seconds;
}

/** What else runs on the machine only adds to the time: of some tries the quickest counts. */
const TRIES = 3;

test('within ten seconds the step is another worker’s, and the one that wakes is told so; the other may act', async () => {
  let seconds = Infinity;
  for (let tries = 0; tries < TRIES && seconds >= 10; tries += 1) seconds = await takeOver();
  expect(seconds).toBeLessThan(10);
});

test('after an abort nothing is confirmed any more', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  let begun = (): void => undefined;
  const inStep = new Promise<void>((resolve) => (begun = resolve));
  let go = (): void => undefined;
  const gone = new Promise<void>((resolve) => (go = resolve));
  const { said, hear } = hearing();
  world.script.run('shutDownGuest', async () => {
    begun();
    await gone;
    await hear(within());
  });
  const handle = await lab.migrate(vm);
  await inStep;
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  go();

  expect(await said).toMatchObject({ name: 'CancelledFailure' });
  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.log).not.toContain('guest asked to shut down');
});
