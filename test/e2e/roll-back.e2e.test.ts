/** Back from migrations that succeeded, by the command: what became of both sides, by the world's own records. */
import {
  type ObjectMeta,
  VIRTUAL_MACHINES,
  VIRTUAL_MACHINE_INSTANCES,
  type VirtualMachine,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../../activities/kubernetes/api/kinds';
import type { VmStatus } from '../../client';
import { killWorkerProcess } from '../../lab/worker-process';
import { eventually, eventuallyPasses } from '../support/eventually';
import { writesOf } from './audit';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const namespace = TARGET_NAMESPACE;
const ALONE = ['keep', 'gone', 'stolen', 'hand', 'killed', 'done'];
const LATE = ['late'];
const GROUPED = ['web-1', 'web-2', 'db-1'];
const WHY = ['--why', 'too slow there'];

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([...ALONE, ...LATE, ...GROUPED].map((name) => vm(name, ['block'])));
  await migrate(ALONE, { name: 'alone' });
  await migrate(LATE, { name: 'late', drover: { finalizeAfter: '1s' } });
  await migrate(GROUPED, {
    name: 'grouped',
    drover: { wave: { groups: [{ name: 'web', vms: GROUPED.slice(0, 2) }] } },
  });
}, LAB_TIMEOUT_MS + 180_000);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function migrate(names: readonly string[], options: Parameters<typeof plan>[2]): Promise<void> {
  const { wave } = await stage.start(
    plan(stage.whole.lab.state, names, { skipConversion: true, ...options }),
  );
  await stage.succeeded(wave);
}

const run = (...args: string[]) => stage.whole.run(...args);
const rollback = (name: string, ...more: string[]) => run('rollback', name, ...WHY, '--yes', ...more);

function machine(name: string): Promise<VirtualMachine | null> {
  return stage.admin.find(VIRTUAL_MACHINES, { name, namespace });
}

async function claims(name: string): Promise<VolumeClaim[]> {
  const moref = await stage.source.moref(name);
  const labelSelector = `drover.dev/vm=${moref}`;
  return (await stage.admin.list(VOLUME_CLAIMS, { namespace, labelSelector })).items;
}

const notes = ({ metadata }: { metadata?: ObjectMeta }) => Object.keys(metadata?.annotations ?? {});
const uids = (objects: readonly VolumeClaim[]) => objects.map(({ metadata }) => metadata?.uid);

/** Whether each side runs now. */
async function sides(name: string): Promise<{ source: boolean; target: boolean }> {
  const { state } = await stage.source.power(await stage.source.moref(name));
  const instances = (await stage.admin.list(VIRTUAL_MACHINE_INSTANCES, { namespace })).items;
  return {
    source: state === 'poweredOn',
    target: instances.some(({ metadata }) => metadata?.name === name),
  };
}

/** How often vCenter has started the source. */
async function starts(name: string): Promise<number> {
  return stage.source.events(await stage.source.moref(name), 'VmPoweredOnEvent');
}

/** By vCenter's events and the API server's audit log: nothing was done to the instance after the source was started. */
async function neverBoth(name: string): Promise<void> {
  const { lastPowerOn } = await stage.source.power(await stage.source.moref(name));
  const { auditLog } = stage.whole.lab.state;
  const writes = writesOf(auditLog, { resource: 'virtualmachineinstances', namespace, name });
  expect(writes.length).toBeGreaterThan(0);
  expect(Date.parse(writes.at(-1) ?? '')).toBeLessThanOrEqual(Date.parse(lastPowerOn ?? ''));
}

test('without a terminal and without --yes nothing is done', async () => {
  const asked = await run('rollback', 'keep', ...WHY);
  expect(asked).toMatchObject({ code: 2, stdout: '' });
  expect(asked.stderr).toMatch(/^keep +migrated\/keep +\d{4}-\S+ \S+ +is kept, off +is started *$/m);
  expect(asked.stderr).toMatch(/written since then .* it is lost.*\n.*nobody can be asked here; say --yes/);
  expect(await sides('keep')).toEqual({ source: false, target: true });
});

test('the target is off and kept, the source runs, and both never ran together', async () => {
  const before = await claims('keep');
  const rolled = await rollback('keep');
  expect(rolled).toMatchObject({ code: 0, stdout: expect.stringMatching(/^keep +rolled back/m) as string });
  expect(await sides('keep')).toEqual({ source: true, target: false });
  await neverBoth('keep');
  expect((await machine('keep'))?.spec.runStrategy).toBe('Halted');
  const after = await claims('keep');
  expect(uids(after)).toEqual(uids(before));
  for (const object of [await machine('keep'), ...after]) {
    expect(notes(object!)).toContain('drover.dev/rolled-back-at');
    expect(notes(object!)).not.toContain('drover.dev/migrated-at');
  }
  const status = JSON.parse((await run('status', 'keep', '-o', 'json')).stdout) as VmStatus;
  expect(status.rollBack).toMatchObject({
    outcome: 'rolledBack',
    asked: { why: 'too slow there' },
    timings: [{ phase: 'look' }, { phase: 'stop-target' }, { phase: 'start-source' }, { phase: 'note' }],
  });
  expect((await run('status', 'keep')).stdout).toMatch(
    /state +rolled back[^]*source +started [^]*earlier +succeeded/,
  );
});

test('rolled back twice, nothing changes', async () => {
  const { metadata } = (await machine('keep'))!;
  const started = await starts('keep');
  expect(await rollback('keep')).toMatchObject({ code: 0 });
  expect((await machine('keep'))?.metadata?.resourceVersion).toBe(metadata?.resourceVersion);
  expect(await starts('keep')).toBe(started);
});

test('it can be migrated again without --again, once its former target is removed', async () => {
  const file = () =>
    planFile(
      stage.whole.lab.state,
      plan(stage.whole.lab.state, ['keep'], { name: 'alone', skipConversion: true }),
    );
  const refused = await run('plan', 'check', '-f', file());
  expect(refused.code).toBe(2);
  expect(refused.stdout + refused.stderr).toMatch(
    /VirtualMachine migrated\/keep was kept when this VM was rolled back; if it is not needed: drover rollback \S+ --delete-target/,
  );
  expect(await rollback('keep', '--delete-target')).toMatchObject({ code: 0 });
  expect(await machine('keep')).toBeNull();
  expect(await claims('keep')).toEqual([]);
  expect(await run('migrate', '-f', file(), '--watch')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^keep .* succeeded *$/m) as string,
  });
  expect(await sides('keep')).toEqual({ source: false, target: true });
});

test('with --delete-target the target goes with its volumes, after the source runs', async () => {
  expect(await rollback('gone', '--delete-target')).toMatchObject({ code: 0 });
  expect(await machine('gone')).toBeNull();
  expect(await claims('gone')).toEqual([]);
  expect(await sides('gone')).toEqual({ source: true, target: false });
  await neverBoth('gone');
});

test("another owner's VirtualMachine in the target's place is left alone", async () => {
  const { metadata, spec } = (await machine('stolen'))!;
  const ref = { name: 'stolen', namespace };
  await stage.admin.delete(VIRTUAL_MACHINES, ref, 'Orphan');
  await eventuallyPasses(async () => expect(await sides('stolen')).toMatchObject({ target: false }));
  await eventuallyPasses(async () => expect(await machine('stolen')).toBeNull());
  const { labels, annotations } = metadata ?? {};
  await stage.admin.create(VIRTUAL_MACHINES, {
    apiVersion: VIRTUAL_MACHINES.apiVersion,
    kind: VIRTUAL_MACHINES.kind,
    metadata: { ...ref, labels, annotations },
    spec,
  } as VirtualMachine);
  const refused = await rollback('stolen');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/^stolen +refused +TargetChanged: .* was made anew/m);
  expect((await machine('stolen'))?.spec.runStrategy).toBe('Always');
  expect((await sides('stolen')).source).toBe(false);
});

test('where somebody has started the source beside the target, both are left as they are', async () => {
  await stage.source.turnOn(await stage.source.moref('hand'));
  const refused = await rollback('hand');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/^hand +refused +SourceUsed: the source runs, and so does the target/m);
  expect(await sides('hand')).toEqual({ source: true, target: true });
});

test('a source that ran meanwhile and is off again is not started', async () => {
  await stage.source.turnOff(await stage.source.moref('hand'));
  const refused = await rollback('hand');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/^hand +refused +SourceUsed: .* recorded a power-on/m);
  expect(await sides('hand')).toEqual({ source: false, target: true });
});

test('a worker that is killed in the midst leaves it to another: nothing is switched twice', async () => {
  const started = await starts('killed');
  const command = rollback('killed');
  await eventually(async () => (await machine('killed'))?.spec.runStrategy === 'Halted');
  await killWorkerProcess(stage.whole.worker!);
  await stage.whole.startWorker();
  expect(await command).toMatchObject({ code: 0 });
  expect(await sides('killed')).toEqual({ source: true, target: false });
  expect(await starts('killed')).toBe(started + 1);
  await neverBoth('killed');
});

test('what is final is not rolled back any more', async () => {
  const made = await run('finalize', 'done', '--why', 'accepted', '--yes');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^done +final/m) as string });
  for (const object of [await machine('done'), ...(await claims('done'))])
    expect(notes(object!)).toContain('drover.dev/final-at');
  expect(await run('finalize', 'done', '--why', 'again', '--yes')).toMatchObject({ code: 0 });
  const refused = await rollback('done');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/^done +refused +TargetFinal: .* is final since/m);
  expect(await sides('done')).toEqual({ source: false, target: true });
  await eventuallyPasses(async () => {
    const { stdout } = await run('status');
    expect(stdout).toMatch(/^done .* refused \(succeeded /m);
  });
});

test('so it is after finalizeAfter of its plan', async () => {
  const refused = await rollback('late');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/^late +refused +TargetFinal: .* its plan has finalizeAfter/m);
  expect(await sides('late')).toEqual({ source: false, target: true });
});

test('a group of a wave goes back, and the others stay', async () => {
  const unknown = await run('rollback', '--plan', 'openshift-mtv/grouped', '--group', 'app', '--yes', ...WHY);
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toMatch(/has no group "app"; its groups: /);
  const rolled = await run('rollback', '--plan', 'openshift-mtv/grouped', '--group', 'web', '--yes', ...WHY);
  expect(rolled.code).toBe(0);
  expect(rolled.stdout).toMatch(/^web-\d +rolled back *\nweb-\d +rolled back *$/m);
  expect(rolled.stdout).not.toContain('db-1');
  for (const name of ['web-1', 'web-2']) {
    expect(await sides(name)).toEqual({ source: true, target: false });
    await neverBoth(name);
  }
  expect(await sides('db-1')).toEqual({ source: false, target: true });
});
