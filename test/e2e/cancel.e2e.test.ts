/** A migration that is cancelled, in whatever phase: nothing of it is left, and its source is as it was. */
import {
  type ApiObject,
  CONFIG_MAPS,
  NETWORK_ATTACHMENTS,
  PODS,
  VIRTUAL_MACHINES,
  type VirtualMachine,
} from '../../activities/kubernetes/api/kinds';
import { LABELS } from '../../activities/kubernetes/api/ownership';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { PowerReading } from '../../plan/inventory';
import { vmId } from '../../plan/workflow-ids';
import { TASK_QUEUE, type Phase, type VmResult, type VmState } from '../../workflows/temporal-api';
import { eventually, eventuallyPasses } from '../support/eventually';
import { untilFileEnds } from '../support/test-end';
import { KEEP_LABEL, keepWhatIsMarked } from './keep-policy';
import { plan, type PlanOptions, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

interface Case {
  title: string;
  phase: Phase;
  spec: VmSpec;
  options?: PlanOptions;
  /** The copies of this VM take longer than any test. */
  slowCopies?: true;
  /** Puts something in the way, once everything was checked, while the guest stays on: its source is turned off after that. */
  hinder?: (started: StartedVm) => Promise<void>;
  /** Cancelled when this holds; default: as soon as the phase is entered. */
  when?: (state: VmState) => boolean;
  /** What no state tells: the step is really at work. And what has to be mended before anything is given back. */
  underWay?: (started: StartedVm) => Promise<unknown>;
}

const copying = ({ disks }: VmState) => disks.every(({ phase }) => phase === 'copying');
const parked = ({ attention }: VmState) => attention !== null;
/** Its guest ignores us until somebody turns it off. */
const STUBBORN = { ignoresShutdown: true } as const;
const PATIENT = { shutdownTimeout: '1h' } as const;
const BACKEND = { name: 'backend', namespace: TARGET_NAMESPACE };

const CASES: readonly Case[] = [
  {
    title: 'copy, by CDI and by the array at once',
    phase: 'copy',
    spec: vm('copying', ['block', 'files', 'array']),
    slowCopies: true,
    when: copying,
  },
  {
    title: 'copy of a VM that was off',
    phase: 'copy',
    spec: vm('was-off', ['block', 'array'], { powerState: 'poweredOff' }),
    slowCopies: true,
    when: copying,
  },
  {
    title: 'volumes, while one of them can not be made',
    phase: 'volumes',
    spec: vm('volumes', ['block', 'full', 'array']),
  },
  {
    title: 'stop-source, while the guest ignores the request',
    phase: 'stop-source',
    spec: vm('stopping', ['block', 'array'], STUBBORN),
    options: { drover: { shutdownTimeout: '10s' } },
  },
  {
    title: 'copy, parked with a broken disk',
    phase: 'copy',
    spec: vm('broken', ['block', 'array']),
    options: { drover: { copyAttempts: 1 } },
    when: parked,
  },
  {
    title: 'convert',
    phase: 'convert',
    spec: vm('converting', ['block', 'array']),
    underWay: (started) => stage.converting(started),
  },
  {
    title: "create-vm, parked before someone else's VM of the same name",
    phase: 'create-vm',
    spec: vm('taken', ['block', 'array'], STUBBORN),
    options: { skipConversion: true, drover: PATIENT },
    hinder: async () => void (await stage.admin.create(VIRTUAL_MACHINES, foreignMachine('taken'))),
    when: parked,
  },
  {
    title: 'start-vm, while the target waits for its network',
    phase: 'start-vm',
    spec: vm('starting', ['files', 'array'], {
      ...STUBBORN,
      nics: [{ network: 'backend', mac: '' }],
    }),
    options: { skipConversion: true, drover: PATIENT },
    hinder: async () => void (await stage.admin.delete(NETWORK_ATTACHMENTS, BACKEND)),
  },
  {
    title: 'tidy, parked while the target runs, for a policy keeps its ConfigMap',
    phase: 'tidy',
    spec: vm('tidying', ['block', 'array'], STUBBORN),
    options: { skipConversion: true, drover: PATIENT },
    hinder: (started) => keepConfigMap(started, true),
    when: parked,
    underWay: async (started) => {
      expect((await stage.state(started)).targetRunningAt).not.toBeNull();
      await keepConfigMap(started, false);
    },
  },
];

/** Longer than any test. */
const SLOW_SECONDS = 600;
const CHECKED = vm('checking', ['block']);

let stage: Stage;
let empty: string[];
let backend: ApiObject;
/** All VMs are on their way at once; each test waits for its own. */
const ended = new Map<string, Promise<Ended>>();

interface Ended {
  result: VmResult;
  after: PowerReading;
}

/** Of every source, before anything was started. */
const before = new Map<string, PowerReading>();

beforeAll(async () => {
  process.env['LAB_CONVERT_SECONDS'] = '600';
  stage = await Stage.open([...CASES.map(({ spec }) => spec), CHECKED]);
  empty = await stage.contents();
  for (const { spec } of CASES) {
    before.set(spec.name, await stage.source.power(await stage.source.moref(spec.name)));
  }
  await keepWhatIsMarked(stage.admin);
  backend = await stage.admin.get(NETWORK_ATTACHMENTS, BACKEND);
  await stage.array.breakCopiesOf('[san-1] broken/broken_1.vmdk', 'LUN 7 is broken');
  await stage.array.takeAtLeast(SLOW_SECONDS);
  const slow = CASES.filter(({ slowCopies }) => slowCopies);
  const started = await Promise.all(slow.map(start));
  await eventuallyPasses(async () => expect(await copiesUnderWay()).toBe(5));
  await stage.array.takeAtLeast(0);
  const fast = CASES.filter(({ slowCopies }) => !slowCopies);
  slow.forEach((each, index) => follow(each, () => Promise.resolve(started[index] as StartedVm)));
  fast.forEach((each) => follow(each, () => start(each)));
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  delete process.env['LAB_CONVERT_SECONDS'];
  await stage.close();
}, LAB_TIMEOUT_MS);

async function start({ spec, options }: Case): Promise<StartedVm> {
  const { vm: named } = await stage.start(plan(stage.whole.lab.state, [spec.name], options));
  return named(spec.name);
}

function follow(each: Case, started: () => Promise<StartedVm>): void {
  const end = untilFileEnds(async () => cancelInTime(each, await started()));
  // A test that was not reached yet hears of it later.
  end.catch(() => undefined);
  ended.set(each.spec.name, end);
}

async function cancelInTime({ phase, when, hinder, underWay }: Case, started: StartedVm): Promise<Ended> {
  const { source, whole } = stage;
  if (hinder) {
    await stage.until(started, 'stop-source', (state) => state.phase === 'stop-source');
    await hinder(started);
    await source.turnOff(started.moref);
  }
  const reached = (state: VmState) => state.phase === phase && (when?.(state) ?? true);
  await stage.until(started, phase, reached);
  await underWay?.(started);
  expect(await whole.run('cancel', started.name, '--why', 'wrong night')).toMatchObject({ code: 0 });
  const result = await stage.result(started);
  return { result, after: await source.power(started.moref) };
}

/** By the array and by importers that know how long to take: a disk is said to be copying sooner than that. */
async function copiesUnderWay(): Promise<number> {
  const { items } = await stage.admin.list(PODS, { namespace: TARGET_NAMESPACE });
  const importers = items.filter(({ spec }) =>
    spec?.containers.some(({ env }) => env?.some(({ value }) => value === String(SLOW_SECONDS))),
  );
  return importers.length + (await stage.array.running()).length;
}

/** Its only one: the authority by which CDI verifies vCenter. */
async function keepConfigMap({ moref }: StartedVm, keep: boolean): Promise<void> {
  const where = { namespace: TARGET_NAMESPACE, labelSelector: `${LABELS.vm}=${moref}` };
  const { items } = await stage.admin.list(CONFIG_MAPS, where);
  expect(items).toHaveLength(1);
  const ref = { name: items[0]?.metadata?.name ?? '', namespace: TARGET_NAMESPACE };
  await stage.admin.patch(CONFIG_MAPS, ref, { metadata: { labels: { [KEEP_LABEL]: keep ? 'yes' : null } } });
}

function foreignMachine(name: string): VirtualMachine {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: TARGET_NAMESPACE },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
  };
}

test.each(CASES)('cancelled in $title: the source is as it was', async ({ phase, spec }) => {
  const { result, after } = await (ended.get(spec.name) as Promise<Ended>);

  expect(result).toMatchObject({ outcome: 'aborted', left: [], decisions: [{ action: 'cancel' }] });
  expect(result.timings.map((timing) => timing.phase)).toEqual(expect.arrayContaining([phase, 'restore']));
  expect(result.timings.at(-2)?.phase).toBe(phase);
  expect(after.state).toBe(spec.powerState);
  // A source that never went off was not started either.
  if (result.source.stoppedAt === null) expect(after.bootTime).toBe(before.get(spec.name)?.bootTime);
});

test('after all of them, nothing is left in the namespace, in the storage or in the array', async () => {
  await Promise.all(ended.values());

  expect((await stage.contents()).filter((object) => !empty.includes(object))).toEqual([
    'virtualmachines/taken',
  ]);
  expect(await stage.array.running()).toEqual([]);
  const { imports, copies } = await stage.array.counters();
  await eventuallyPasses(async () => expect(await stage.persistentVolumes()).toEqual([]));
  expect(await stage.array.counters()).toEqual({ imports, copies });

  const { metadata, ...rest } = backend;
  const { name = '', namespace = '' } = metadata ?? {};
  await stage.admin.create(NETWORK_ATTACHMENTS, { ...rest, metadata: { name, namespace } });
  await stage.admin.delete(VIRTUAL_MACHINES, { name: 'taken', namespace: TARGET_NAMESPACE });
  await eventuallyPasses(async () => expect(await stage.contents()).toEqual(empty));
});

test('cancelled in check, while vCenter is slow to answer: nothing was touched', async () => {
  const { whole, source } = stage;
  const { vms } = await whole.drover.checkPlan(plan(whole.lab.state, ['checking']));
  const [frozen] = vms;
  if (frozen === undefined) throw new Error('the plan has no VM');
  const asItWas = await source.power(frozen.vm.moref);
  const made = stage.made();
  const vcenter = whole.lab.state.processes.find(({ name }) => name === 'vcsim');
  if (vcenter === undefined) throw new Error('the lab has no vCenter');
  const workflowId = vmId({ vcenterUuid: frozen.vcenterUuid, moref: frozen.vm.moref });

  process.kill(vcenter.pid, 'SIGSTOP');
  try {
    const options = { args: [frozen], taskQueue: TASK_QUEUE, workflowId };
    await whole.temporal.workflow.start('migrateVm', options);
    const started = { name: 'checking', moref: frozen.vm.moref, workflowId };
    await stage.until(started, 'check', ({ phase }) => phase === 'check');
    // The command finds a VM by its name in Temporal's visibility, which learns of it some moments later.
    await eventually(async () => (await whole.drover.list()).some(({ vm: name }) => name === 'checking'));
    expect(await whole.run('cancel', 'checking', '--why', 'wrong night')).toMatchObject({ code: 0 });
    // Were vCenter to answer before it is heard, the check would end well.
    await stage.until(started, 'restore', ({ phase }) => phase === 'restore');
  } finally {
    process.kill(vcenter.pid, 'SIGCONT');
  }
  const result = await stage.result({ workflowId });
  expect(result).toMatchObject({ outcome: 'aborted', left: [] });
  expect(result.timings.map(({ phase }) => phase)).toEqual(['check', 'restore']);

  expect(stage.made()).toEqual(made);
  expect(await source.power(frozen.vm.moref)).toMatchObject({
    state: 'poweredOn',
    bootTime: asItWas.bootTime,
  });
});
