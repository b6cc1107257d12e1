/** `drover wave`: looking at the run of a plan, and steering it. */
import type { ResolvedPage } from '../../activities/interfaces';
import { DroverClient } from '../../client';
import type { FrozenVm } from '../../plan/frozen';
import type { VmRole, WaveRules } from '../../plan/wave';
import { waveId } from '../../plan/workflow-ids';
import { TASK_QUEUE, waveStateQuery, type WaveResult, type WaveState } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import type { FakeWorld } from '../support/fake-world';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { lineOf, planFile, planText } from './plan-file';
import { type CliAnswer, drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const RULES: WaveRules = {
  groups: [
    { name: 'database', after: [] },
    { name: 'application', after: ['database'] },
  ],
  gate: null,
};

interface Run {
  id: string;
  vms: FrozenVm[];
  worlds: FakeWorld[];
  state(): Promise<WaveState>;
}

/** A VM for each group that is named; the first of them stand at a gate, if there is one. */
async function start(
  name: string,
  groups: (string | null)[],
  prepare: (worlds: FakeWorld[]) => void,
): Promise<Run> {
  const plan = { namespace: 'openshift-mtv', name };
  const vms = groups.map(() => ({ ...frozenVm(), plan }));
  const worlds = vms.map((vm) => lab.world(vm));
  prepare(worlds);
  const roles = vms.map(({ vm }, index): VmRole => ({
    moref: vm.moref,
    group: groups[index] ?? null,
    priority: 5,
    canary: false,
  }));
  const page: ResolvedPage = {
    plan,
    problems: [],
    vms,
    total: vms.length,
    next: null,
    maxConcurrentVms: 10,
    wave: RULES,
    roles,
  };
  lab.planner.resolvePlan = () => Promise.resolve(page);
  const handle = await lab.client.workflow.start('migrateWave', {
    args: [{ manifests: [{ kind: 'Plan' }] }],
    taskQueue: TASK_QUEUE,
    workflowId: waveId(plan),
  });
  await eventually(async () => (await handle.query(waveStateQuery)).phase === 'migrating');
  return { id: `openshift-mtv/${name}`, vms, worlds, state: () => handle.query(waveStateQuery) };
}

const wave = (...args: string[]): Promise<CliAnswer> => drover(lab.shell, 'wave', ...args);

test('status says how the VMs stand, by group, why some wait, and how to go on', async () => {
  const run = await start('looked-at', ['database', 'application', null], ([database]) =>
    database!.script.fail('checkTarget', 'NameTaken'),
  );
  const [database] = run.vms.map(({ vm }) => vm.name);
  await eventually(async () => {
    const { vms } = await run.state();
    return vms[0]?.phase === 'parked' && vms[2]?.phase === 'ended';
  });

  const status = await wave('status', run.id);
  expect(status.code).toBe(3);
  expect(status.stdout).toContain('plan openshift-mtv/looked-at: migrating, 3 VMs, at most 10 at once');
  expect(status.stdout).toContain('VMs       1 queued, 1 parked, 1 succeeded');
  // The VM that has ended was measured.
  expect(status.stdout).toMatch(/^ {2}left {6}(about )?\S+.*, without what is parked$/m);
  expect(status.stdout).toContain(
    `waits     group application waits for database: ${database} is parked (since `,
  );
  expect(status.stdout).toMatch(/^application +database +1 queued$/m);
  expect(status.stdout).toContain(`look:     drover status ${database}`);
  const json = JSON.parse((await wave('status', run.id, '-o', 'json')).stdout) as WaveState;
  expect(json).toMatchObject({
    vms: [{}, { disks: 1, methods: ['import'] }, {}],
    left: { low: expect.any(Number) as number, high: expect.any(Number) as number },
  });
  expect(json).toMatchObject({ phase: 'migrating', holds: [{ kind: 'group', group: 'application' }] });
  expect(await wave('report', run.id)).toMatchObject({
    code: 2,
    stderr: `drover: the wave goes on and has no report yet; see: drover wave status ${run.id}\n`,
  });

  expect(await drover(lab.shell, 'status', '--plan', run.id, '--watch')).toMatchObject({
    code: 3,
    stdout: expect.stringContaining(
      `waits: group application waits for database: ${database} is parked`,
    ) as string,
  });
  expect((await wave('cancel', run.id, '--all', '--why', 'seen enough')).code).toBe(0);
  await lab.client.workflow.result(waveId({ namespace: 'openshift-mtv', name: 'looked-at' }));
});

test('a wave is paused, its VMs skipped and cancelled, resumed, and reported with who decided what', async () => {
  let gate: { open(): void } | undefined;
  const run = await start('steered', ['database', 'application', 'application', null], (worlds) => {
    gate = worlds[0]!.script.hold('awaitImport', true);
  });
  const [, second, third] = run.vms.map(({ vm }) => vm.name);
  const said = ['--why', 'array is busy', '--who', 'ann'];

  expect(await wave('pause', run.id, ...said)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^no more VMs are started; those that run go on\nwaits: paused by ann: array is busy\n/,
    ) as string,
  });
  expect((await wave('skip', run.id, '--vm', second!, ...said)).stdout).toContain(
    `1 VM is skipped: ${second}`,
  );
  expect((await wave('cancel', run.id, '--vm', third!, ...said)).stdout).toContain(
    `1 VM is aborted before the start: ${third}`,
  );
  expect(await wave('skip', run.id, '--vm', 'web-nobody', ...said)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no VM of the wave goes by "web-nobody"') as string,
  });
  expect(await wave('cancel', run.id, ...said)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('one of --vm, --group and, to cancel, --all') as string,
  });
  const answer = await wave('resume', run.id, ...said, '-o', 'json');
  expect(JSON.parse(answer.stdout)).toEqual({ changed: true, done: 'the pause is over', holds: [] });
  gate?.open();
  await lab.client.workflow.result(waveId({ namespace: 'openshift-mtv', name: 'steered' }));

  const report = await wave('report', run.id);
  expect(report.code).toBe(1);
  expect(report.stdout).toMatch(new RegExp(`^${second} .* skipped$`, 'm'));
  expect(report.stdout).toMatch(/^decision: \S+ \S+ pause wave by ann: array is busy$/m);
  const csv = (await wave('report', run.id, '-o', 'csv')).stdout.split('\r\n');
  expect(csv[0]).toMatch(/^vm,target,group,outcome,/);
  expect(csv.slice(1, 5).map((row) => row.split(',').slice(2, 4))).toEqual([
    ['database', 'succeeded'],
    ['application', 'skipped'],
    ['application', 'aborted'],
    ['', 'succeeded'],
  ]);
  const page = (await wave('report', run.id, '-o', 'html')).stdout;
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain('<td class="whole">pause</td><td>wave</td><td>ann</td><td>array is busy</td>');
  const json = JSON.parse((await wave('report', run.id, '-o', 'json')).stdout) as WaveResult;
  expect(json.results[0]?.timeline?.map(([what]) => what)).toEqual(
    expect.arrayContaining(['check', 'copy', 'tidy']),
  );
  expect(json.decisions?.map(({ action }) => action)).toEqual(['pause', 'skip', 'cancel', 'resume']);
  expect(await wave('pause', run.id, ...said)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has ended, or was never started') as string,
  });
});

test('VMs are added to a wave that runs by its files, and what refuses them is said by file and line', async () => {
  let gate: { open(): void } | undefined;
  const run = await start('growing', ['database'], ([first]) => {
    gate = first!.script.hold('awaitImport', true);
  });
  const [here] = run.vms.map(({ vm }) => vm.name);
  const fresh = [frozenVm(), frozenVm()];
  const [first, second] = fresh.map(({ vm }) => vm.name);
  for (const vm of fresh) lab.world(vm);
  const warning = { location: { manifest: 'Plan/openshift-mtv/growing', path: 'spec.vms[0].name' } };
  lab.planner.resolvePlan = ({ manifests }) => {
    const plan = manifests.find(({ kind }) => kind === 'Plan') as { spec: { vms: { name: string }[] } };
    const vms = fresh.filter(({ vm }) => plan.spec.vms.some(({ name }) => name === vm.name));
    const problems = [
      { severity: 'warning' as const, ...warning, found: 'it has no Tools', remedy: 'start them' },
    ];
    const frame = { plan: { namespace: 'openshift-mtv', name: 'growing' }, next: null, maxConcurrentVms: 1 };
    return Promise.resolve({ ...frame, problems, vms, total: vms.length });
  };
  const text = planText('growing', [here!, first!, second!]);
  const file = planFile(text);
  const lineOfVm = (name: string) => lineOf(text, `- name: ${name}`);
  const said = ['-f', file, '--why', 'forgotten', '--who', 'ann'];

  expect(await wave('add', run.id, ...said, '--vm', first!, '--vm', here!)).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(
        `^drover: ${file}:${lineOfVm(here!)}: spec.vms\\[0\\]: VM "${here}" .*is in the wave already`,
      ),
    ) as string,
  });
  expect(await wave('add', run.id, ...said, '--vm', 'nobody')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('spec.vms: no VM "nobody" is in spec.vms') as string,
  });
  expect((await run.state()).vms).toHaveLength(1);
  expect(await wave('add', run.id, ...said, '--vm', second!)).toEqual({
    code: 0,
    stdout: `1 VM is added: ${second}\n`,
    stderr: `warning: ${file}:${lineOfVm(second!)}: spec.vms[2].name: it has no Tools; start them\n`,
  });
  const json = await wave('add', run.id, ...said, '--vm', first!, '-o', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({ changed: true, problems: [{ severity: 'warning' }] });
  gate?.open();
  await lab.client.workflow.result(waveId({ namespace: 'openshift-mtv', name: 'growing' }));
  const report = await wave('report', run.id);
  expect(report.code).toBe(0);
  expect(report.stdout).toMatch(new RegExp(`^decision: \\S+ \\S+ add VM ${second} by ann: forgotten$`, 'm'));
  expect(report.stdout.match(/ succeeded$/gm)).toHaveLength(3);
});

test('the list shows running and ended waves, newest first, and which of them an operator holds', async () => {
  const run = await start('listed', [null], () => undefined);
  await lab.client.workflow.result(waveId({ namespace: 'openshift-mtv', name: 'listed' }));
  let gate: { open(): void } | undefined;
  const held = await start('held', ['database', 'application'], ([first]) => {
    gate = first!.script.hold('awaitImport', true);
  });
  await wave('pause', held.id, '--why', 'lunch');
  await using client = await DroverClient.connect({ env: lab.shell });
  const entries = await eventually(async () => {
    const waves = await client.listWaves();
    return waves[0]?.heldBy === 'paused' && waves[1]?.outcome === 'succeeded' && waves;
  });
  expect(entries.slice(0, 2)).toMatchObject([
    { plan: held.id, outcome: null, heldBy: 'paused' },
    { plan: run.id, outcome: 'succeeded', heldBy: null },
  ]);
  expect((await client.listWaves({ running: true })).map(({ plan }) => plan)).toEqual([held.id]);
  expect(await client.listWaves({ limit: 1 })).toHaveLength(1);
  expect((await wave('list')).stdout).toMatch(/^openshift-mtv\/held +needs attention: paused +/m);
  await wave('resume', held.id, '--why', 'back');
  gate?.open();
  await lab.client.workflow.result(waveId({ namespace: 'openshift-mtv', name: 'held' }));
});

test.each([
  [['status', 'wave-1'], 'a plan is namespace/name, not "wave-1"'],
  [['pause', 'a/b'], 'say why: --why'],
  [['skip', 'a/b', '--why', 'x', '--vm', 'v', '--group', 'g'], 'one of --vm, --group'],
  [['skip', 'a/b', '--why', ' ', '--vm', 'v'], 'the value of --why is empty'],
  [['list', '--limit', '0'], '--limit is a whole number from 1 to 100000'],
  [['stats'], 'name one of: list, status, report, pause, resume, skip, cancel, add'],
  [['add', 'a/b', '-f', 'plan.yaml', '--why', 'x'], 'name the VMs: --vm'],
  [['add', 'a/b', '--vm', 'web-09', '--why', 'x'], 'give the manifests: -f plan.yaml'],
  [
    ['add', 'a/b', '-f', planFile(planText('wave-1', ['web-09'])), '--vm', 'web-09', '--why', 'x'],
    'the files have plan openshift-mtv/wave-1; give those of a/b',
  ],
])('%j is refused with exit code 2', async (args, reason) => {
  const answer = await drover({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'wave', ...args);
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).toContain(reason);
});
