/**
 * Two versions of the workers beside each other: who runs what, and when the old one may go. The tests tell one story, in
 * this order: an upgrade from workers without a version over `a` to `b`.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { EXIT_CODES } from '../../../client/exit-codes';
import type { WorkerVersions } from '../../../client/versions/read';
import { TRANSFER_SLOTS_ID, pageId, diskId } from '../../../plan/workflow-ids';
import { TASK_QUEUE } from '../../../workflows/temporal-api';
import type { FrozenVm } from '../../../plan/frozen';
import { eventually } from '../../support/eventually';
import { frozenVm } from '../../support/frozen-vm';
import type { Gate } from '../../support/script';
import { WorkflowLab, workflowIdOf, type MigrationHandle } from '../../support/workflow-lab';
import { type CliAnswer, drover } from '../recording-io';

/** Temporal looks every few minutes, by itself, whether a version is of use. */
const LOOKS_OFTEN = [
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"',
  'matching.wv.VersionDrainageStatusRefreshInterval="1s"',
];

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start({ settings: LOOKS_OFTEN });
});
afterAll(() => lab.stop());

const versions = (...args: string[]): Promise<CliAnswer> => drover(lab.shell, 'versions', ...args);

/** As soon as the server answers: on a busy machine it may say that it isn't ready. */
function listed(): Promise<WorkerVersions> {
  return eventually(async () => {
    const { code, stdout, stderr } = await versions('list', '-o', 'json');
    if (code === EXIT_CODES.unavailable.code) return null;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as WorkerVersions;
  });
}

/** By build id, as `list` has them. */
async function version(build: string) {
  return (await listed()).versions.find((candidate) => candidate.build === build);
}

/** A migration whose copy is held. */
async function migrating(): Promise<{ vm: FrozenVm; handle: MigrationHandle; gate: Gate }> {
  const vm = frozenVm();
  const gate = lab.world(vm).script.hold('awaitImport', true);
  const handle = await lab.migrate(vm);
  await gate.reached;
  return { vm, handle, gate };
}

function diskOf({ vcenterUuid, vm, disks }: FrozenVm): WorkflowHandle {
  return lab.client.workflow.getHandle(diskId({ vcenterUuid, moref: vm.moref }, disks[0]!.key));
}

/** Which workers did the tasks and activities of a workflow, in order of their first one. */
async function doneBy(handle: WorkflowHandle): Promise<string[]> {
  return [...new Set(await identities(handle))];
}

/** Of each task and activity. */
async function identities(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const { workflowTaskCompletedEventAttributes: task, activityTaskStartedEventAttributes: activity } =
      event;
    return [task?.identity, activity?.identity].filter((identity) => identity != null);
  });
}

function heldPlan(vms: FrozenVm[]) {
  const plan = { namespace: 'openshift-mtv', name: 'wave-1' };
  return { plan, problems: [], vms, total: vms.length, next: null, maxConcurrentVms: 1 };
}

/** Of a machine that is slow and busy. */
const PATIENCE_MS = 180_000;

test(
  'workers without a version are listed as that, and are given new work',
  async () => {
    const first = await migrating();

    expect(await listed()).toEqual({
      taskQueue: TASK_QUEUE,
      isVersioned: true,
      versions: [],
      unversioned: {
        isCurrent: true,
        workers: ['unversioned'],
        running: expect.arrayContaining([
          { workflow: 'migrateVm', pinned: 0, following: 1 },
          { workflow: 'transferSlots', pinned: 0, following: 1 },
        ]) as unknown,
      },
    });
    expect((await versions('list')).stdout).toMatch(
      /^- +unversioned +current +1 .*no: new work goes to them$/m,
    );
    first.gate.open();
    await first.handle.result();
    expect(await doneBy(first.handle)).toEqual(['unversioned']);
  },
  PATIENCE_MS,
);

test(
  'a worker with a version takes nothing by itself, beside workers without one',
  async () => {
    await lab.startWorkers({ build: 'a' });
    await eventually(async () => (await version('a'))?.workers.length === 1);
    const vm = frozenVm();
    lab.world(vm);
    const handle = await lab.migrate(vm);
    await handle.result();

    expect(await doneBy(handle)).toEqual(['unversioned']);
    expect(await version('a')).toMatchObject({ status: 'inactive', running: [], mayRetire: true });
  },
  PATIENCE_MS,
);

test(
  'what began on workers without a version goes on on the first version that is made the current one',
  async () => {
    const began = await migrating();
    const answer = await eventually(async () => {
      const said = await versions('set-current', 'a');
      return said.code === 0 && said;
    });
    expect(answer).toMatchObject({ stdout: 'what is started from now on runs on version a\n', stderr: '' });
    expect((await version('a'))?.status).toBe('current');
    began.gate.open();
    expect(await began.handle.result()).toMatchObject({ outcome: 'succeeded' });

    expect(await doneBy(began.handle)).toEqual(['unversioned', 'a']);
    expect((await versions('may-retire', 'a')).code).toBe(7);
  },
  PATIENCE_MS,
);

let onA: Awaited<ReturnType<typeof migrating>>;
let wave: WorkflowHandle;
let waiting: FrozenVm[];

test(
  'a new version takes nothing by itself either, and can be made the current one only if its workers run',
  async () => {
    waiting = [frozenVm(), frozenVm()];
    const gates = waiting.map((vm) => lab.world(vm).script.hold('awaitImport', true));
    lab.planner.resolvePlan = () => Promise.resolve(heldPlan(waiting));
    wave = await lab.client.workflow.start('migrateWave', {
      args: [{ manifests: [{ kind: 'Plan' }] }],
      taskQueue: TASK_QUEUE,
      workflowId: 'migrate/openshift-mtv/wave-1',
    });
    await gates[0]!.reached;
    gates.forEach((gate, index) => index === 0 || gate.open());
    onA = {
      vm: waiting[0]!,
      gate: gates[0]!,
      handle: lab.client.workflow.getHandle(workflowIdOf(waiting[0]!)) as MigrationHandle,
    };

    const refused = await versions('set-current', 'b');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'no worker of version drover:b polls task queue "drover": workers of drover:a, unversioned poll it; start its workers first',
    );
    await lab.startWorkers({ build: 'b' });
    await eventually(async () => (await version('b'))?.workers.length === 1);
    expect((await version('b'))?.status).toBe('inactive');
    expect((await version('a'))?.status).toBe('current');
  },
  PATIENCE_MS,
);

test(
  'a migration ends on its version; its wave, the slots and what is started go to the current one',
  async () => {
    await eventually(async () => (await versions('set-current', 'b')).code === 0);
    const onB = await migrating();

    await eventually(async () => (await version('a'))?.running.some(({ pinned }) => pinned > 0));
    const { stdout, code } = await versions('may-retire', 'a');
    expect({ stdout, code }).toEqual({ stdout: 'no: 1 migrateVm, 1 copyDisk must end on it\n', code: 7 });
    const row = /^drover +a +draining +1 +1 migrateVm, 1 copyDisk /m;
    await eventually(async () => row.test((await versions('list')).stdout));

    onA.gate.open();
    expect(await onA.handle.result()).toMatchObject({ outcome: 'succeeded' });
    expect(await doneBy(onA.handle)).toEqual(['a']);
    expect(await doneBy(diskOf(onA.vm))).toEqual(['a']);
    // The second VM of the wave began after the upgrade.
    expect(await wave.result()).toMatchObject({ succeeded: true });
    expect(await doneBy(lab.client.workflow.getHandle(workflowIdOf(waiting[1]!)))).toEqual(['b']);
    for (const moved of [wave, lab.client.workflow.getHandle(pageId(wave.workflowId, 0))])
      expect(await doneBy(moved)).toEqual(['a', 'b']);
    expect((await doneBy(lab.client.workflow.getHandle(TRANSFER_SLOTS_ID))).at(-1)).toBe('b');
    onB.gate.open();
    await onB.handle.result();
    expect(await doneBy(onB.handle)).toEqual(['b']);
  },
  PATIENCE_MS,
);

test(
  'then the old version may be retired, and nothing needs its workers',
  async () => {
    await eventually(async () => (await versions('may-retire', 'a')).code === 0);
    expect(await version('a')).toMatchObject({
      status: 'drained',
      running: [],
      why: 'nothing is left that needs it',
    });
    await lab.stopWorkers('a');
    await lab.stopWorkers(null);

    const after = await migrating();
    after.gate.open();
    expect(await after.handle.result()).toMatchObject({ outcome: 'succeeded' });
    expect((await versions('may-retire', 'b')).stdout).toBe('no: it is the current version\n');
  },
  PATIENCE_MS,
);

test(
  'a share of what is started may go to a version, and ends with 0',
  async () => {
    await lab.startWorkers({ build: 'c' });
    // Refused until a worker of the version has polled every queue.
    const { stdout } = await eventually(async () => {
      const answer = await versions('set-current', 'c', '--ramp', '100');
      return answer.code === 0 && answer;
    });
    expect(stdout).toBe('100 % of what is started from now on runs on version c\n');
    const ramped = await migrating();
    expect(await version('c')).toMatchObject({ status: 'ramping', rampPercent: 100, mayRetire: false });
    expect((await versions('set-current', 'c', '--ramp', '0')).code).toBe(0);
    ramped.gate.open();
    await ramped.handle.result();

    expect(await doneBy(ramped.handle)).toEqual(['c']);
    expect((await version('b'))?.status).toBe('current');
  },
  PATIENCE_MS,
);

test(
  'the way back to workers without a version is open: what is pinned ends, all else follows',
  async () => {
    const pinned = await migrating();
    await lab.startWorkers();
    await eventually(async () => (await versions('set-current', 'unversioned')).code === 0);
    const begun = await migrating();
    for (const { gate } of [pinned, begun]) gate.open();
    for (const { handle } of [pinned, begun])
      expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });

    expect(await doneBy(pinned.handle)).toEqual(['b']);
    expect(await doneBy(begun.handle)).toEqual(['unversioned']);
    await eventually(async () => (await versions('may-retire', 'b')).code === 0);
    await lab.stopWorkers('b');
    const after = await migrating();
    after.gate.open();
    expect(await after.handle.result()).toMatchObject({ outcome: 'succeeded' });
    const slots = lab.client.workflow.getHandle(TRANSFER_SLOTS_ID);
    expect((await identities(slots)).at(-1)).toBe('unversioned');
  },
  PATIENCE_MS,
);

test('a version that is not there is named, with those that are', async () => {
  const answer = await versions('may-retire', 'z');
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).toMatch(/task queue "drover" has no version z; there are: .*\bb\b/);
});
