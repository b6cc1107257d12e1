/** A plan is run again: what was migrated is known, left alone and counted as done, whatever is left of its records. */
import {
  type ObjectMeta,
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
} from '../../activities/kubernetes/api/kinds';
import type { VmStatus } from '../../client';
import type { FrozenVm } from '../../plan/frozen';
import type { Manifests } from '../../activities/interfaces';
import type { migrateVm } from '../../workflows';
import type { VmState, WaveResult } from '../../workflows/temporal-api';
import { eventually, eventuallyPasses } from '../support/eventually';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const DONE = ['web', 'db'];
const NOTES = ['drover.dev/migrated-at', 'drover.dev/migrated-by'];

let stage: Stage;
let frozen: FrozenVm[];
/** As they were right after their migrations. */
const results = new Map<string, VmState>();
let before: World;

beforeAll(async () => {
  stage = await Stage.open([
    vm('web', ['block', 'array']),
    vm('db', ['files']),
    vm('fresh', ['block'], { powerState: 'poweredOff' }),
  ]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

interface World {
  /** Uid and run strategy of every VirtualMachine, by name. */
  machines: Record<string, string>;
  /** Uid, marker and owner of every claim, by name. */
  claims: Record<string, string>;
}

function identity({ metadata }: { metadata?: ObjectMeta }): string {
  const owners = (metadata?.ownerReferences ?? []).map(({ uid }) => uid);
  const { annotations = {}, uid } = metadata ?? {};
  return [uid, annotations['drover.dev/volume-state'], annotations['drover.dev/copy-id'], ...owners].join(
    ' ',
  );
}

async function world(): Promise<World> {
  const where = { namespace: TARGET_NAMESPACE };
  const machines = (await stage.admin.list(VIRTUAL_MACHINES, where)).items;
  const claims = (await stage.admin.list(VOLUME_CLAIMS, where)).items;
  const state = (machine: VirtualMachine) =>
    `${identity(machine)} ${machine.spec.runStrategy} ${machine.status?.printableStatus}`;
  return {
    machines: Object.fromEntries(machines.map((one) => [one.metadata?.name, state(one)])),
    claims: Object.fromEntries(claims.map((one) => [one.metadata?.name, identity(one)])),
  };
}

function servers(...vms: string[]): Manifests {
  return plan(stage.whole.lab.state, vms, { name: 'servers' });
}

function run(command: readonly string[], manifests: Manifests, ...more: string[]) {
  return stage.whole.run(...command, '-f', planFile(stage.whole.lab.state, manifests), ...more);
}

function started(name: string): StartedVm {
  const of = frozen.find((one) => one.vm.name === name);
  if (of === undefined) throw new Error(`${name} was not frozen`);
  return { name, moref: of.vm.moref, workflowId: `migrate-vm/${of.vcenterUuid}/${of.vm.moref}` };
}

/** Target, disks to the last byte, and sources of what was migrated are as they were. */
async function expectUntouched(...names: string[]): Promise<void> {
  const now = await world();
  expect(now.machines).toMatchObject(before.machines);
  expect(now.claims).toMatchObject(before.claims);
  for (const name of names) {
    const verdicts = await stage.verdicts(results.get(name)!);
    expect(verdicts.map(({ equal }) => equal)).toEqual(verdicts.map(() => true));
    expect((await stage.source.power(started(name).moref)).state).toBe('poweredOff');
  }
}

test('the first run migrates both VMs', async () => {
  frozen = (await stage.whole.drover.checkPlan(servers(...DONE))).vms;
  const watched = await run(['migrate'], servers(...DONE), '--watch');
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  for (const name of DONE) results.set(name, await stage.result(started(name)));
  before = await world();
  expect(Object.values(before.machines).map((state) => /Always Running$/.test(state))).toEqual([true, true]);
});

test('with one new VM in it, the plan says what was migrated, and a run takes the new one alone', async () => {
  const manifests = servers(...DONE, 'fresh');
  const checked = await run(['plan', 'check'], manifests);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toMatch(/^Already migrated, and left alone by a run:$/m);
  for (const name of DONE)
    expect(checked.stdout).toMatch(
      new RegExp(`^${name} +migrated/${name} +\\d{4}-\\d\\d-\\d\\d \\S+ +openshift-mtv/servers *$`, 'm'),
    );

  const watched = await run(['migrate'], manifests, '--watch', '-o', 'json');

  const result = JSON.parse(watched.stdout) as WaveResult;
  expect({ code: watched.code, succeeded: result.succeeded }).toEqual({ code: 0, succeeded: true });
  expect(result.results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'web alreadyMigrated',
    'db alreadyMigrated',
    'fresh succeeded',
  ]);
  expect(watched.stderr).toContain('web: already migrated, and left alone\n');
  await expectUntouched(...DONE);
  expect((await stage.whole.run('status')).stdout).toMatch(/^web .* succeeded +\S+ \S+ +\S+ \S+ *$/m);
});

test('a retry of the whole plan ends well, and makes nothing', async () => {
  const contents = await stage.contents();
  const watched = await run(['migrate'], servers(...DONE), '--watch');
  expect(watched.code).toBe(0);
  expect(watched.stdout).toMatch(/^web .* already migrated \S+ \S+ by openshift-mtv\/servers *$/m);
  const left = await run(['migrate'], servers(...DONE));
  expect(left).toMatchObject({
    code: 0,
    stderr: '',
    stdout: 'already migrated, and left alone: 2 VMs: web, db\n',
  });
  expect(await stage.contents()).toEqual(contents);
  await expectUntouched(...DONE);
});

test('so does another plan, and one that gives the VM another name', async () => {
  const other = plan(stage.whole.lab.state, ['web'], { name: 'others' });
  const renamed = servers('web').map((document) =>
    document['kind'] === 'Plan'
      ? {
          ...document,
          spec: { ...(document['spec'] as object), vms: [{ name: 'web', targetName: 'web-2' }] },
        }
      : document,
  );
  for (const manifests of [other, renamed]) {
    const watched = await run(['migrate'], manifests, '--watch');
    expect(watched.code).toBe(0);
    expect(watched.stdout).toMatch(
      /^web +migrated\/web .* already migrated .* by openshift-mtv\/servers *$/m,
    );
  }
  await expectUntouched(...DONE);
});

test('a migration that is started directly finds it done, and the success stays in sight', async () => {
  const { workflowId } = started('web');
  const result = await stage.whole.temporal.workflow.execute<typeof migrateVm>('migrateVm', {
    args: [frozen[0]!],
    taskQueue: 'drover',
    workflowId,
  });
  expect(result).toMatchObject({ outcome: 'alreadyMigrated', failure: { kind: 'AlreadyMigrated' } });
  await expectUntouched(...DONE);

  const status = await eventually(async () => {
    const { code, stdout } = await stage.whole.run('status', 'web', '-o', 'json');
    const parsed = JSON.parse(stdout) as VmStatus;
    return code === 0 && parsed.entry.earlier?.length === 1 ? parsed : undefined;
  });
  const [earlier] = status.entry.earlier ?? [];
  expect(status.state?.outcome).toBe('alreadyMigrated');
  expect(earlier?.outcome).toBe('succeeded');
  expect((await stage.whole.run('status')).stdout).toMatch(/^web .* already migrated \(succeeded /m);
  const whole = await stage.whole.run('status', 'web', '--run', earlier?.runId ?? '', '-o', 'json');
  expect((JSON.parse(whole.stdout) as VmStatus).state).toEqual(results.get('web'));
});

test('to migrate it again is refused while its target stands', async () => {
  const asked = await run(['migrate'], servers(...DONE), '--again', 'web', '--watch');
  expect(asked).toMatchObject({ code: 2, stdout: '' });
  expect(asked.stderr).toMatch(
    /VM "web": it is to be migrated again, and VirtualMachine migrated\/web of its former migration stands; let the owner/,
  );
  await expectUntouched(...DONE);
});

test('a target of an older version, which has no note, is known by its record', async () => {
  await stripNotes('web');
  const watched = await run(['migrate'], servers(...DONE), '--watch');
  expect(watched.code).toBe(0);
  expect(watched.stdout).toMatch(/^web .* already migrated \S+ \S+ by openshift-mtv\/servers *$/m);
  await expectUntouched(...DONE);
});

test('without note and record it parks, no remedy removes it, and an abort leaves it as it was', async () => {
  await deleteRecords('web');
  const checked = await run(['plan', 'check'], servers('web'));
  expect(checked.code).toBe(0);
  expect(checked.stderr).toMatch(
    /^warning: .*VirtualMachine migrated\/web .* nothing says that .* finished/m,
  );

  const watched = await run(['migrate'], servers('web'), '--watch');

  expect(watched.code).toBe(3);
  const said = watched.stdout + watched.stderr;
  expect(said).toContain('NEEDS ATTENTION in check: TargetUnclear');
  expect(said).toContain('kubectl -n migrated annotate virtualmachine web drover.dev/migrated-at=');
  expect(said).not.toMatch(/kubectl\b.*\bdelete/);
  expect(await stage.whole.run('abort', 'web', '--why', 'it serves')).toMatchObject({ code: 0 });
  expect(await stage.result(started('web'))).toMatchObject({ outcome: 'aborted', left: [] });
  await expectUntouched(...DONE);
});

test("its owner's note says that it serves: it counts as done", async () => {
  const operations = [
    {
      op: 'add' as const,
      path: '/metadata/annotations/drover.dev~1migrated-at',
      value: '2026-01-02T03:04:05Z',
    },
  ];
  await stage.admin.patch(VIRTUAL_MACHINES, { name: 'web', namespace: TARGET_NAMESPACE }, operations);
  const watched = await run(['migrate'], servers('web'), '--watch');
  expect(watched.code).toBe(0);
  expect(watched.stdout).toMatch(/already migrated 2026-01-02 03:04:05Z by openshift-mtv\/servers/);
  await expectUntouched(...DONE);
});

test('finished disks whose machine is gone are nobody’s rubbish either', async () => {
  await stage.admin.delete(VIRTUAL_MACHINES, { name: 'db', namespace: TARGET_NAMESPACE }, 'Orphan');
  await eventuallyPasses(async () => expect((await world()).machines['db']).toBeUndefined());
  const watched = await run(['migrate'], servers('db'), '--watch');
  expect(watched.code).toBe(3);
  expect(watched.stdout).toMatch(/TargetUnclear: claim migrated\/\S+ hold/);
  expect(watched.stdout + watched.stderr).not.toMatch(/kubectl\b.*\bdelete/);
  expect(await stage.whole.run('abort', 'db', '--why', 'ask the owner')).toMatchObject({ code: 0 });
  const state = results.get('db')!;
  expect((await world()).claims[state.disks[0]!.volumeName]).toBeDefined();
  expect((await stage.verdicts(state)).map(({ equal }) => equal)).toEqual([true]);
});

test('once its owner has removed the target, it takes a word of its own to migrate the VM again', async () => {
  const [{ volumeName } = { volumeName: '' }] = results.get('db')!.disks;
  await stage.admin.delete(VOLUME_CLAIMS, { name: volumeName, namespace: TARGET_NAMESPACE });
  await eventuallyPasses(async () => expect((await world()).claims[volumeName]).toBeUndefined());

  const unasked = await run(['migrate'], servers('db'), '--watch');
  expect(unasked.code).toBe(0);
  expect(unasked.stderr).toMatch(/^warning: .*VM "db": .* that VirtualMachine is gone; .* say so: --again/m);
  expect((await world()).machines['db']).toBeUndefined();

  // Whoever starts the VM alone hears what a wave would find.
  const direct = await stage.whole.temporal.workflow.execute<typeof migrateVm>('migrateVm', {
    args: [frozen.find(({ vm: { name } }) => name === 'db')!],
    taskQueue: 'drover',
    workflowId: started('db').workflowId,
  });
  expect(direct).toMatchObject({ outcome: 'alreadyMigrated', failure: { kind: 'AlreadyMigrated' } });
  expect(direct.failure?.message).toMatch(
    /openshift-mtv\/servers migrated this VM at .* migrated\/db is gone$/,
  );
  expect((await world()).machines['db']).toBeUndefined();

  const asked = await run(['migrate'], servers('db'), '--again', 'db', '--watch');
  expect(asked.code).toBe(0);
  expect(asked.stdout).toMatch(/^db .* succeeded *$/m);
  expect((await stage.verdicts(await stage.result(started('db')))).map(({ equal }) => equal)).toEqual([true]);
});

async function stripNotes(name: string): Promise<void> {
  const { admin } = stage;
  const operations = NOTES.map((note) => ({
    op: 'remove' as const,
    path: `/metadata/annotations/${note.replace('/', '~1')}`,
  }));
  const namespace = TARGET_NAMESPACE;
  await admin.patch(VIRTUAL_MACHINES, { name, namespace }, operations);
  for (const { volumeName } of results.get(name)!.disks)
    await admin.patch(VOLUME_CLAIMS, { name: volumeName, namespace }, operations);
}

/** As a namespace's retention does. */
async function deleteRecords(name: string): Promise<void> {
  const { workflow, workflowService, options } = stage.whole.temporal;
  const query = `WorkflowId = '${started(name).workflowId}'`;
  await eventuallyPasses(async () => {
    let runs = 0;
    for await (const { workflowId, runId } of workflow.list({ query })) {
      runs += 1;
      await workflowService
        .deleteWorkflowExecution({ namespace: options.namespace, workflowExecution: { workflowId, runId } })
        .catch(() => undefined);
    }
    expect(runs).toBe(0);
  });
}
