/** One run of every workflow type for each way that it can end: what `record.ts` records and the replay test replays. */
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type * as workflows from '../../workflows';
import type { ResolvedPage } from '../../activities/interfaces';
import type { FrozenVm } from '../../plan/frozen';
import { HOOK_STEPS } from '../../plan/hooks';
import type { Window } from '../../plan/manifests/windows';
import { vmRef } from '../../plan/vm-ref';
import { TRANSFER_SLOTS_QUEUE } from '../../plan/task-queue';
import { TRANSFER_SLOTS_ID, diskId, pageId } from '../../plan/workflow-ids';
import {
  TASK_QUEUE,
  abortRollBackUpdate,
  abortUpdate,
  retryRollBackUpdate,
  retryUpdate,
  rollBackStateQuery,
  waveStateQuery,
} from '../../workflows/temporal-api';
import { slotsQuery, slotsSignal } from '../../workflows/transfer-slots/messages';
import { needsOfConversion } from '../../workflows/transfer-slots/resources';
import {
  BY_IMPORT,
  BY_PLUGIN,
  BY_PLUGIN_ELSE_IMPORT,
  frozenVm,
  type FrozenVmSketch,
} from '../support/frozen-vm';
import type { FakeWorld } from '../support/fake-world';
import type { Gate } from '../support/script';
import { finishedVolume, LONG_AGO, offVm, SEEN_OFF, share } from '../support/shared-disks';
import { limitTo } from '../support/transfer-slots';
import { eventually } from '../support/eventually';
import { windowsThat } from '../support/windows';
import { OPERATOR, type MigrationHandle, type WorkflowLab, workflowIdOf } from '../support/workflow-lab';

/** Histories worth keeping, by the name of their file. */
export type Recording = Record<string, WorkflowHandle>;

type Scenario = (lab: WorkflowLab) => Promise<Recording>;

const NIGHT: Window = { timeZone: 'UTC', days: ['Sat'], from: '22:00', to: '06:00' };

const HOOK = { namespace: 'mtv', image: 'lab.drover.dev/hook:1', deadlineSeconds: 60, attempts: 1 };

const MIXED: FrozenVmSketch = { methods: [BY_PLUGIN, BY_IMPORT] };

export const SCENARIOS: Scenario[] = [
  async (lab) => {
    const [vm, handle] = await migrate(lab, MIXED);
    await handle.result();
    return {
      'migrate-vm.succeeded': handle,
      'copy-disk.by-plugin': disk(lab, vm, 0),
      'copy-disk.by-import': disk(lab, vm, 1),
    };
  },
  async (lab) => {
    const [vm, handle] = await migrate(lab, MIXED, (world) =>
      world.script.fail('awaitPlugin', 'CopyFailed', { times: 4 }),
    );
    await lab.parked(vm);
    const failed = lab.client.workflow.getHandle(diskOf(vm, 0), (await disk(lab, vm, 0).describe()).runId);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return {
      'migrate-vm.retried': handle,
      'copy-disk.failed': failed,
      'copy-disk.second-attempt': disk(lab, vm, 0),
    };
  },
  async (lab) => {
    const methods = [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN_ELSE_IMPORT];
    const [vm, handle] = await migrate(lab, { methods }, (world) => {
      world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
      world.script.fail('awaitImport', 'ImportRestarts', { times: 1 });
    });
    await lab.parked(vm);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.fell-back': handle };
  },
  async (lab) => {
    const [vm, handle] = await migrate(lab, {}, (world) =>
      world.script.run('createMachine', () => world.bootSource(), { times: 1 }),
    );
    await lab.parked(vm);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.source-ran-meanwhile': handle };
  },
  async (lab) => {
    const [vm, handle] = await migrate(lab, {}, (world) =>
      world.script.fail('awaitConversion', 'ConversionFailed'),
    );
    await lab.parked(vm);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.aborted': handle };
  },
  async (lab) => {
    const [vm, handle] = await migrate(lab, {}, ({ script }) => {
      script.fail('awaitImport', 'SecretNotConsented');
      script.fail('powerOnSource', 'SecretNotConsented');
    });
    await lab.parked(vm);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    await lab.until(vm, ({ attention }) => attention?.phase === 'restore');
    lab.worlds.get(vm.vm.moref)?.script.mend('powerOnSource');
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.source-started-late': handle };
  },
  async (lab) => {
    const verify = { by: 'console', pattern: 'login:', timeoutSeconds: 60 } as const;
    const [vm, handle] = await migrate(lab, { policy: { verify } }, (world) => {
      world.script.fail('awaitConversion', 'ConversionLost', { times: 1 });
      world.script.fail('awaitGuestUp', 'GuestNotUp', { times: 1 });
    });
    await lab.parked(vm);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.guest-up-late': handle };
  },
  async (lab) => {
    const [vm, handle] = await migrate(lab, {}, (world) =>
      world.script.fail('awaitConversion', 'ScratchLost', { times: 1 }),
    );
    await lab.parked(vm);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.scratch-lost': handle };
  },
  async (lab) => {
    const hooks = HOOK_STEPS.map((step) => ({ ...HOOK, step, name: step.toLowerCase() }));
    const vm = { ...frozenVm(), hooks };
    lab.world(vm).script.fail('awaitHook', 'HookFailed', { times: 1 });
    const handle = await lab.migrate(vm);
    await lab.parked(vm);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.hooked': handle };
  },
  async (lab) => {
    const vm = { ...frozenVm(), hooks: [{ ...HOOK, step: 'OnFailure' as const, name: 'tell' }] };
    lab.world(vm).script.fail('awaitConversion', 'ConversionFailed');
    const handle = await lab.migrate(vm);
    await lab.parked(vm);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    await handle.result();
    return { 'migrate-vm.hook-on-failure': handle };
  },
  async (lab) => {
    const vm = frozenVm(MIXED);
    const gate = lab.world(vm).script.hold('awaitPlugin', true);
    const handle = await lab.migrate(vm);
    await gate.reached;
    await handle.cancel();
    await handle.result();
    return { 'migrate-vm.cancelled': handle, 'copy-disk.cancelled': disk(lab, vm, 0) };
  },
  async (lab) => {
    const [, handle] = await migrate(lab, { policy: { parkDeadlineSeconds: 1 } }, (world) =>
      world.script.fail('bindVolumes', 'QuotaExceeded'),
    );
    await handle.result();
    return { 'migrate-vm.deadline': handle };
  },
  async (lab) => {
    await limitTo(lab, { host: 1 });
    const gates: Gate[] = [];
    const holds = (world: FakeWorld) => gates.push(world.script.hold('awaitImport', true));
    const [, first] = await migrate(lab, {}, holds);
    await gates[0]!.reached;
    const [vm, handle] = await migrate(lab, {});
    await lab.until(vm, ({ waitingSince }) => waitingSince !== undefined);
    gates[0]!.open();
    await Promise.all([first.result(), handle.result()]);
    return { 'migrate-vm.waited': handle };
  },
  async (lab) => {
    const vms = [frozenVm(), frozenVm()];
    const [parks, runs] = vms.map((vm) => lab.world(vm));
    parks?.script.fail('checkTarget', 'NameTaken');
    const gate = runs?.script.hold('awaitImport', true);
    const handle = await start(lab, 'migrateWave', { ...pageOf(vms), maxConcurrentVms: 1 });
    await gate?.reached;
    await handle.cancel();
    await handle.result();
    return { 'migrate-wave.cancelled': handle, 'wave-page.cancelled': firstPage(lab, handle) };
  },
  async (lab) => {
    const vms = [frozenVm(), frozenVm()];
    vms.forEach((vm) => lab.world(vm));
    return ended(
      'migrate-wave.succeeded',
      await start(lab, 'migrateWave', { ...pageOf(vms), maxConcurrentVms: 1 }),
    );
  },
  async (lab) => {
    const vms = [frozenVm(), frozenVm(), frozenVm(), frozenVm()];
    const [first, second] = vms.map((vm) => lab.world(vm));
    const gate = first?.script.hold('awaitImport', true);
    second?.script.fail('checkTarget', 'NameTaken');
    const handle = await start(lab, 'migrateWave', inGroups(vms));
    await gate?.reached;
    const say = (update: string, choice: object = {}) =>
      handle.executeUpdate(update, { args: [{ ...OPERATOR, ...choice }] });
    await say('pause');
    await say('skip', { vm: vms[3]?.vm.name });
    gate?.open();
    await handle.executeUpdate('resume', { args: [OPERATOR] });
    await eventually(async () => (await handle.query(waveStateQuery)).vms[1]?.phase === 'parked');
    await say('cancel', { vm: vms[1]?.vm.name });
    await lab.client.workflow.result(workflowIdOf(vms[1]!));
    await eventually(() =>
      say('resume').then(
        () => true,
        () => false,
      ),
    );
    await handle.result();
    return { 'migrate-wave.steered': handle, 'wave-page.steered': firstPage(lab, handle) };
  },
  async (lab) => {
    const [runs, waits, added] = [frozenVm(), frozenVm(), frozenVm()];
    const gate = lab.world(runs).script.hold('awaitImport', true);
    for (const vm of [waits, added]) lab.world(vm);
    const page = { ...pageOf([runs, waits]), maxConcurrentVms: 1 };
    // So many that its first run ends right after it has taken a VM in.
    const handle = await start(lab, 'migrateWave', page, { mostEvents: 40 });
    const { runId } = await handle.describe();
    await gate.reached;
    lab.planner.resolvePlan = () => Promise.resolve(pageOf([added]));
    const entry = { id: added.vm.moref, name: added.vm.name };
    const manifests = [{ kind: 'Plan', metadata: page.plan, spec: { vms: [entry] } }];
    await handle.executeUpdate('add', { args: [{ ...OPERATOR, vms: [entry.id], manifests }] });
    gate.open();
    await handle.result();
    return {
      'migrate-wave.added-to': lab.client.workflow.getHandle(handle.workflowId, runId),
      'migrate-wave.went-on': lab.client.workflow.getHandle(handle.workflowId),
    };
  },
  async (lab) => {
    const problem = {
      severity: 'error' as const,
      location: { path: 'spec.vms' },
      found: 'no VM',
      remedy: 'name one',
    };
    return ended(
      'migrate-wave.refused',
      await start(lab, 'migrateWave', { ...pageOf([]), problems: [problem] }),
    );
  },
  async (lab) => {
    const { clock } = lab;
    lab.clock = windowsThat('shut', [Date.now() + 2_000]);
    const vm = frozenVm();
    lab.world(vm);
    vm.policy = { ...vm.policy, cutoverWindows: [NIGHT] };
    const handle = await lab.migrate(vm);
    await handle.result();
    lab.clock = clock;
    return { 'migrate-vm.await-window': handle };
  },
  async (lab) => {
    const { clock } = lab;
    lab.clock = windowsThat('shut', [Date.now() + 2_000]);
    const vm = frozenVm();
    lab.world(vm);
    const page = { ...pageOf([vm]), wave: { groups: [], gate: null, startWindows: [NIGHT] } };
    const recording = {
      ...(await ended('check-plan.windows', await start(lab, 'checkPlan', page))),
      ...(await ended('migrate-wave.start-window', await start(lab, 'migrateWave', page))),
    };
    lab.clock = clock;
    return recording;
  },
  async (lab) => {
    const vm = frozenVm();
    const gate = lab.world(vm).script.hold('awaitImport', true);
    const page = pageOf([vm]);
    lab.planner.resolvePlan = () => Promise.resolve(page);
    const startWave = async (workflowId: string): Promise<WorkflowHandle> => {
      const args = [{ manifests: [{ kind: 'Plan' }], plan: page.plan }] as const;
      const handle = await lab.client.workflow.start('startWave', {
        args,
        taskQueue: TASK_QUEUE,
        workflowId,
      });
      await handle.result();
      return handle;
    };
    const recording = {
      'start-wave.started': await startWave('start-wave/first'),
      'start-wave.left-out': await startWave('start-wave/second'),
    };
    gate.open();
    await lab.client.workflow.result('migrate/openshift-mtv/wave-1');
    return recording;
  },
  async (lab) => ended('check-plan.succeeded', await start(lab, 'checkPlan', pageOf([frozenVm()]))),
  async (lab) => ended('check-plan.failed', await start(lab, 'checkPlan', null)),
  async (lab) => {
    lab.planner.readInventory = () => Promise.resolve({ kind: 'vms', items: [], next: null });
    return ended('list-inventory.succeeded', await start(lab, 'listInventory', null));
  },
  async (lab) => {
    const vm = frozenVm();
    lab.world(vm);
    const handle = await lab.client.workflow.start('readConsole', {
      args: [{ vm: vmRef(vm), lines: 10 }],
      taskQueue: TASK_QUEUE,
      workflowId: 'readConsole',
    });
    return ended('read-console.succeeded', handle);
  },
  async (lab) => {
    const vm = frozenVm();
    lab.world(vm);
    const handle = await lab.client.workflow.start('readConsole', {
      args: [{ vm: vmRef(vm), lines: 1_000_000 }],
      taskQueue: TASK_QUEUE,
      workflowId: 'readConsole/too-many-lines',
    });
    return ended('read-console.too-many-lines', handle);
  },
  async (lab) => {
    const done = await migrated(lab);
    done.world.script.fail('stopTarget', 'MachineNotStopped', { times: 1 });
    const handle = await goBack(lab, 'rollBackVm', done);
    await eventually(async () => (await handle.query(rollBackStateQuery)).attention !== null);
    await handle.executeUpdate(retryRollBackUpdate, { args: [OPERATOR] });
    return ended('roll-back-vm.rolled-back', handle);
  },
  async (lab) => {
    const done = await migrated(lab);
    done.world.script.fail('stopTarget', 'MachineNotStopped');
    const handle = await goBack(lab, 'rollBackVm', done);
    await eventually(async () => (await handle.query(rollBackStateQuery)).attention !== null);
    await handle.executeUpdate(abortRollBackUpdate, { args: [OPERATOR] });
    return ended('roll-back-vm.aborted', handle);
  },
  async (lab) => {
    const done = await migrated(lab);
    return ended('finalize-vm.final', await goBack(lab, 'finalizeVm', done));
  },
  async (lab) => {
    const vm = frozenVm({ methods: [BY_PLUGIN] });
    lab.world(vm);
    const [disk] = vm.disks;
    const handle = await lab.client.workflow.start('readCopyLog', {
      args: [{ vm: vmRef(vm), disk, attempt: null, lines: 10, after: null }],
      taskQueue: TASK_QUEUE,
      workflowId: 'readCopyLog',
    });
    return ended('read-copy-log.succeeded', handle);
  },
  async (lab) => {
    const [vm, handle] = await migrate(lab, {}, (world) => world.script.fail('checkTarget', 'QuotaExceeded'));
    await lab.parked(vm);
    const slots = await lab.client.workflow.start('transferSlots', {
      args: [{}],
      taskQueue: TRANSFER_SLOTS_QUEUE,
      workflowId: TRANSFER_SLOTS_ID,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    const holder = { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
    const needs = needsOfConversion('https://cluster.example.com');
    const facts = { kind: 'ask', holder, priority: 0, isOff: true, maxConcurrentDisks: 1 } as const;
    const ask = (...keys: string[]) =>
      slots.signal(slotsSignal, [
        { ...facts, wants: keys.map((key) => ({ key, needs, seconds: 60 })), held: [] },
      ]);
    await ask('one', 'two');
    const held = async (count: number) => {
      const { holders } = await slots.query(slotsQuery);
      const { held = [] } = holders.find(({ workflowId }) => workflowId === holder.workflowId) ?? {};
      return held.length === count;
    };
    await eventually(() => held(2));
    await slots.signal(slotsSignal, [{ kind: 'release', holder, keys: ['one'] }]);
    await eventually(() => held(1));
    await handle.terminate();
    // Granted to one that can hear it no longer.
    await ask('three');
    await eventually(() => held(0));
    return { 'transfer-slots.gave-back': slots };
  },
  async (lab) => {
    const [owner, vm] = [offVm({ methods: [BY_PLUGIN] }), offVm()];
    share(owner, vm);
    const off = { state: 'poweredOff' as const, ...SEEN_OFF };
    const handles = [];
    for (const [one, other] of [
      [owner, vm],
      [vm, owner],
    ] as const) {
      const world = lab.world(one);
      world.source.lastPowerOn = LONG_AGO;
      world.sharers.set(other.vm.moref, off);
      if (one === vm) world.attachments = [finishedVolume(owner)];
      const handle = await lab.migrate(one);
      await handle.result();
      handles.push(handle);
    }
    return { 'migrate-vm.shared-disk': handles[0]!, 'migrate-vm.attached-disk': handles[1]! };
  },
];

async function migrate(
  lab: WorkflowLab,
  sketch: FrozenVmSketch,
  script: (world: FakeWorld) => void = () => undefined,
): Promise<[FrozenVm, MigrationHandle]> {
  const vm = frozenVm(sketch);
  script(lab.world(vm));
  return [vm, await lab.migrate(vm)];
}

function diskOf(vm: FrozenVm, index: number): string {
  return diskId({ vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref }, vm.disks[index]!.key);
}

function disk(lab: WorkflowLab, vm: FrozenVm, index: number): WorkflowHandle {
  return lab.client.workflow.getHandle(diskOf(vm, index));
}

function firstPage(lab: WorkflowLab, wave: WorkflowHandle): WorkflowHandle {
  return lab.client.workflow.getHandle(pageId(wave.workflowId, 0));
}

function pageOf(vms: FrozenVm[]): ResolvedPage {
  const plan = { namespace: 'openshift-mtv', name: 'wave-1' };
  return { plan, problems: [], vms, total: vms.length, next: null, maxConcurrentVms: 10 };
}

/** A canary, the rest of its group, and the group that comes after it. */
function inGroups(vms: FrozenVm[]): ResolvedPage {
  const roles = vms.map(({ vm }, index) => ({
    moref: vm.moref,
    group: index < 2 ? 'database' : 'application',
    priority: 5,
    canary: index === 0,
  }));
  const groups = [
    { name: 'database', after: [] },
    { name: 'application', after: ['database'] },
  ];
  return { ...pageOf(vms), wave: { groups, gate: null }, roles };
}

/** Starts one of the workflows that ask the planner; null means that it can't be reached. */
function start(
  lab: WorkflowLab,
  type: Exclude<
    keyof typeof workflows,
    | 'wavePage'
    | 'migrateVm'
    | 'rollBackVm'
    | 'finalizeVm'
    | 'copyDisk'
    | 'readConsole'
    | 'readCopyLog'
    | 'transferSlots'
    | 'startWave'
  >,
  page: ResolvedPage | null,
  memo: Record<string, unknown> = {},
): Promise<WorkflowHandle> {
  const refused = ApplicationFailure.nonRetryable('password refused', 'SourceLoginRefused');
  lab.planner.resolvePlan = () => (page === null ? Promise.reject(refused) : Promise.resolve(page));
  return lab.client.workflow.start(type, {
    args: [{ manifests: [{ kind: 'Plan' }], kind: 'vms' }],
    taskQueue: TASK_QUEUE,
    memo,
    // Waves have theirs from their plan; any other would do for the rest.
    workflowId: type === 'migrateWave' ? 'migrate/openshift-mtv/wave-1' : type,
  });
}

interface Migrated {
  vm: FrozenVm;
  world: FakeWorld;
  runId: string;
}

async function migrated(lab: WorkflowLab): Promise<Migrated> {
  const [vm, handle] = await migrate(lab, {});
  await handle.result();
  return { vm, world: lab.worlds.get(vm.vm.moref)!, runId: handle.firstExecutionRunId };
}

function goBack(
  lab: WorkflowLab,
  type: 'rollBackVm' | 'finalizeVm',
  { vm, runId }: Migrated,
): Promise<WorkflowHandle> {
  return lab.client.workflow.start(type, {
    args: [{ vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref, runId, ...OPERATOR }],
    taskQueue: TASK_QUEUE,
    workflowId: workflowIdOf(vm),
  });
}

/** However it ended: a failure is an outcome to record. */
async function ended(name: string, handle: WorkflowHandle): Promise<Recording> {
  await Promise.allSettled([handle.result()]);
  return { [name]: handle };
}
