/** A wave with start windows. */
import { Worker } from '@temporalio/worker';
import type { Window } from '../../../plan/manifests/windows';
import type { Standing } from '../../../plan/windows';
import { pageId } from '../../../plan/workflow-ids';
import { resumeUpdate, type WaveState } from '../../../workflows/temporal-api';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import { WindowsByHand, whileOpen, windowsThat } from '../../support/windows';
import { workflowBundle } from '../../support/workflow-bundle';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';
import { startWave, untilWave, type WaveRun } from './wave-run';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const NIGHT: Window = {
  timeZone: 'Europe/Zurich',
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  from: '22:00',
  to: '06:00',
};

function start(count: number, prepare?: (worlds: FakeWorld[]) => void): Promise<WaveRun> {
  const vms = Array.from({ length: count }, () => frozenVm());
  const wave = { groups: [], gate: null, startWindows: [NIGHT] };
  const roles = vms.map(({ vm }) => ({ moref: vm.moref, group: null, priority: 5, canary: false }));
  return startWave(lab, { vms, plan: { maxConcurrentVms: 1, wave, roles } }, prepare);
}

const isShut = ({ holds }: WaveState) => holds?.some(({ kind }) => kind === 'window') === true;
const outcomes = ({ results }: { results: { outcome: string }[] }) => results.map(({ outcome }) => outcome);

test('a wave that begins outside its windows says when the next opens, and starts its VMs then by itself', async () => {
  const windows = new WindowsByHand();
  lab.clock = windows;
  const run = await start(1);
  const waiting = await untilWave(lab, isShut);
  const why = ({ local }: Standing) => `the start windows are shut; the next opens ${local}`;
  const [hold] = waiting.holds!;
  expect(windows.told.map((told) => ({ why: why(told), until: told.until }))).toContainEqual({
    why: hold!.why,
    until: hold!.until,
  });
  expect(waiting.holds).toMatchObject([{ kind: 'window', needsOperator: false }]);
  expect(waiting.vms.map(({ phase }) => phase)).toEqual(['queued']);
  const refused = await run.handle.executeUpdate(resumeUpdate, { args: [OPERATOR] }).then(
    () => 'it was not refused',
    (error: { cause?: Error }) => error.cause?.message ?? String(error),
  );
  expect(windows.told.map((told) => `there is nothing to resume: ${why(told)}`)).toContain(refused);

  const opened = windows.open();
  expect(outcomes(await run.handle.result())).toEqual(['succeeded']);
  const page = lab.client.workflow.getHandle(pageId(run.handle.workflowId, 0));
  const { events } = await page.fetchHistory();
  const started = events?.find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes != null);
  expect(Number(started?.eventTime?.seconds) * 1000 + 999).toBeGreaterThanOrEqual(opened);
});

test('a VM that runs when the window closes goes on to its end, and the next one waits for the next opening', () =>
  whileOpen(async (windows) => {
    lab.clock = windows;
    let gate: { open(): void } | undefined;
    const run = await start(2, ([first]) => {
      gate = first!.script.hold('awaitImport', true);
    });
    const shut = await untilWave(lab, isShut);
    if (shut.vms[0]?.phase !== 'running') {
      windows.open();
      gate!.open();
      await run.handle.result();
      return false;
    }
    gate!.open();

    const closed = await untilWave(lab, ({ vms }) => vms[0]?.phase === 'ended');
    expect(closed.vms.map(({ phase, outcome }) => outcome ?? phase)).toEqual(['succeeded', 'queued']);
    expect(isShut(closed)).toBe(true);
    expect(run.worlds[1]?.log).toEqual([]);
    windows.open();
    expect(outcomes(await run.handle.result())).toEqual(['succeeded', 'succeeded']);
    const replay = { workflowBundle: { codePath: await workflowBundle() } };
    await Worker.runReplayHistory(replay, await run.handle.fetchHistory(), run.handle.workflowId);
    return true;
  }));

test('a wave whose windows are open looks at them once, however many VMs it starts', async () => {
  lab.clock = windowsThat('open', [Date.now() + 3_600_000]);
  const run = await start(3);
  expect((await run.handle.result()).succeeded).toBe(true);
  const { events } = await run.handle.fetchHistory();
  const count = (holds: (event: NonNullable<typeof events>[number]) => boolean) =>
    events?.filter(holds).length;
  const looks = count(
    ({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'lookAtWindows',
  );
  expect(looks).toBe(1);
  // One more wakes it to look whether its pages are there.
  expect(count((event) => event.timerStartedEventAttributes != null)).toBe(2);
});
