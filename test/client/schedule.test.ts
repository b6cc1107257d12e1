/** `drover migrate --at` and `--schedule`, `drover schedule`: starts that Temporal keeps. */
import type { ResolvedPage } from '../../activities/interfaces';
import type { ScheduleEntry } from '../../client';
import { waveId } from '../../plan/workflow-ids';
import { eventually } from '../support/eventually';
import type { FakeWorld } from '../support/fake-world';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { planFile, planText } from './plan-file';
import { type CliAnswer, drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

interface Plan {
  id: string;
  world: FakeWorld;
  migrate(...args: string[]): Promise<CliAnswer>;
}

function plan(name: string, changes: Partial<ResolvedPage> = {}): Plan {
  const ref = { namespace: 'openshift-mtv', name };
  const vm = { ...frozenVm(), plan: ref };
  const world = lab.world(vm);
  const page = { plan: ref, problems: [], vms: [vm], total: 1, next: null, maxConcurrentVms: 10, ...changes };
  lab.planner.resolvePlan = () => Promise.resolve(page);
  const file = planFile(planText(name, ['web01']));
  return {
    id: `openshift-mtv/${name}`,
    world,
    migrate: (...args) => drover(lab.shell, 'migrate', '-f', file, ...args),
  };
}

async function listed(id: string): Promise<ScheduleEntry | undefined> {
  const { stdout } = await drover(lab.shell, 'schedule', 'list', '-o', 'json');
  return (JSON.parse(stdout) as ScheduleEntry[]).find((entry) => entry.plan === id);
}

const NIGHTLY = ['--schedule', '0 22 * * 6', '--time-zone', 'Europe/Zurich'];

/** A busy machine may need longer for a command than until the time that it names: then it is asked for a later one. */
const SOON_MS = [4_000, 16_000, 64_000];

/** @returns the time that was taken */
async function soon(order: (time: string) => Promise<CliAnswer>, says: string): Promise<string> {
  for (const milliseconds of SOON_MS) {
    const time = new Date(Date.now() + milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
    const answer = await order(time);
    if (answer.code !== 0 && Date.now() >= Date.parse(time)) continue;
    expect(answer).toMatchObject({ code: 0, stdout: says.replace('TIME', time.replace('T', ' ')) });
    return time;
  }
  throw new Error('the command takes longer than a minute');
}

test('a plan starts by itself at its time, once, and the list says so', async () => {
  const { id, migrate } = plan('at-night');
  const at = await soon(
    (time) => migrate('--at', time),
    `plan ${id} starts TIME; see: drover schedule list\n`,
  );

  const handle = lab.client.workflow.getHandle(waveId({ namespace: 'openshift-mtv', name: 'at-night' }));
  const result = (await eventually(() =>
    handle.result().then(
      (ended) => ended as { succeeded: boolean },
      () => false as const,
    ),
  )) as { succeeded: boolean };
  expect(result.succeeded).toBe(true);
  expect((await handle.describe()).startTime.getTime()).toBeGreaterThanOrEqual(Date.parse(at));
  const entry = await eventually(async () => {
    const found = await listed(id);
    return found?.last != null && found;
  });
  expect(entry).toMatchObject({ next: null, last: { outcome: 'started' } });
});

test('while a wave of the plan runs, a start is left out, and the list says so', async () => {
  const { id, migrate, world } = plan('nightly');
  const gate = world.script.hold('awaitImport', true);
  const answer = await migrate(...NIGHTLY);
  expect(answer.code).toBe(0);
  expect(answer.stdout).toMatch(
    /^plan openshift-mtv\/nightly first starts \d{4}-\d\d-\d\d 2[01]:00:00Z; see/,
  );
  const schedule = lab.client.schedule.getHandle(waveId({ namespace: 'openshift-mtv', name: 'nightly' }));
  const last = (outcome: string) =>
    eventually(async () => {
      const entry = await listed(id);
      return entry?.last?.outcome === outcome;
    });
  await schedule.trigger();
  await last('started');
  await schedule.trigger();
  await last('running');
  const { stdout } = await drover(lab.shell, 'schedule', 'list');
  expect(stdout).toMatch(
    /openshift-mtv\/nightly +0 22 \* \* 6 Europe\/Zurich .* left out: its wave still ran/,
  );

  expect(await drover(lab.shell, 'schedule', 'remove', id)).toMatchObject({
    code: 0,
    stdout: `the schedule of ${id} is removed\n`,
  });
  gate.open();
  const handle = lab.client.workflow.getHandle(waveId({ namespace: 'openshift-mtv', name: 'nightly' }));
  expect(await handle.result()).toMatchObject({ succeeded: true });
  await eventually(async () => (await listed(id)) === undefined);
});

test('a plan has one schedule, and a plan without one has none to remove', async () => {
  const { id, migrate } = plan('twice');
  expect((await migrate(...NIGHTLY)).code).toBe(0);
  expect(await migrate(...NIGHTLY)).toMatchObject({
    code: 2,
    stderr: `drover: plan ${id} has a schedule already; see: drover schedule list; remove it: drover schedule remove ${id}\n`,
  });
  expect((await drover(lab.shell, 'schedule', 'remove', id)).code).toBe(0);
  expect(await drover(lab.shell, 'schedule', 'remove', id)).toMatchObject({
    code: 2,
    stderr: `drover: plan ${id} has no schedule; list them: drover schedule list\n`,
  });
});

const PROBLEM = {
  severity: 'error' as const,
  location: { path: 'spec.vms' },
  found: 'no VM is named "web01"',
  remedy: 'name one of: web02',
};

test.each<[string, string[], RegExp]>([
  [
    'a time that is past',
    ['--at', '2020-01-01T00:00Z'],
    /--at: 2020-01-01T00:00Z is in the past .* give a time/,
  ],
  ['a time of no zone', ['--at', '2036-01-01T00:00'], /could be a time of any zone; add the zone/],
  [
    'an unknown zone',
    ['--schedule', '0 22 * * 6', '--time-zone', 'Zurich'],
    /--time-zone: no time zone is named "Zurich"; did you mean "Europe\/Zurich"\?/,
  ],
  [
    'a schedule of no zone',
    ['--schedule', '0 22 * * 6'],
    /say by whose clock --schedule counts: --time-zone/,
  ],
  ['two times', [...NIGHTLY, '--at', '2036-01-01T00:00Z'], /give one of --at and --schedule/],
  ['a zone without a time', ['--time-zone', 'UTC'], /--time-zone counts only beside --at or --schedule/],
  ['a follower of nothing', [...NIGHTLY, '--watch'], /nothing runs yet that --watch could follow/],
  [
    'a cron expression that is none',
    ['--schedule', 'at night', '--time-zone', 'UTC'],
    /^drover: Temporal refuses the schedule: CronString does not have 5-7 fields; give a cron expression of five/,
  ],
  [
    'a cron expression whose day never comes',
    ['--schedule', '0 22 30 2 *', '--time-zone', 'UTC'],
    /there is no such time to come; give another cron expression/,
  ],
])('refused in one line, and nothing is made: %s', async (_, args, line) => {
  const { id, migrate } = plan('refused');
  const { code, stderr, stdout } = await migrate(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(line);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  // The server lists for some moments what was made and taken back.
  await eventually(async () => (await listed(id)) === undefined);
});

test('a plan that is refused now is not scheduled', async () => {
  const { id, migrate } = plan('unsound', { problems: [PROBLEM], vms: [] });
  expect(await migrate(...NIGHTLY)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('no VM is named "web01"; name one of: web02') as string,
  });
  expect(await listed(id)).toBeUndefined();
});
