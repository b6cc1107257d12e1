/** A run is terminated in some phase; the next one, asked to adopt, copies no finished disk again. */
import {
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../../activities/kubernetes/api/kinds';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { LeftOver, VmResult, VmState } from '../../workflows/temporal-api';
import { eventually, eventuallyPasses } from '../support/eventually';
import { plan, planFile, type PlanOptions, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE_MIB = 16;
const SIZE = SIZE_MIB * 1024 * 1024;
const PLAN = { namespace: 'openshift-mtv' };

interface Case {
  title: string;
  spec: VmSpec;
  options?: PlanOptions;
  /** When its run is terminated. */
  when: (state: VmState) => boolean;
  /** What keeps it there, and what has to be mended before it goes on. */
  hinder?: (vm: StartedVm) => Promise<void>;
  mend?: () => Promise<void>;
  /** Of each disk, whether the next run keeps it. */
  kept: boolean[];
}

const parked = ({ attention }: VmState) => attention !== null;
const off = ({ source }: VmState) => source.stoppedAt !== null;

const CASES: readonly Case[] = [
  {
    title: 'stop-source, while the guest ignores the request',
    spec: vm('stopping', ['block', 'array'], { ignoresShutdown: true }),
    options: { drover: { shutdownTimeout: '5s', onShutdownTimeout: 'powerOff' } },
    when: ({ phase }) => phase === 'stop-source',
    kept: [false, false],
  },
  {
    title: 'copy, with one of three disks that can not be copied',
    spec: vm('copying', ['block', 'array', 'files']),
    options: { drover: { copyAttempts: 1 } },
    when: parked,
    hinder: () => stage.array.breakCopiesOf('[san-1] copying/copying_1.vmdk', 'LUN 7 is broken'),
    mend: () => stage.array.mend(),
    kept: [true, false, true],
  },
  {
    title: 'convert',
    spec: vm('converting', ['block', 'array']),
    when: (state) => state.phase === 'convert' && off(state),
    kept: [true, true],
  },
  {
    title: "create-vm, parked before someone else's VM of the same name",
    spec: vm('creating', ['array', 'files'], { ignoresShutdown: true }),
    options: { skipConversion: true, drover: { shutdownTimeout: '5s', onShutdownTimeout: 'powerOff' } },
    when: parked,
    hinder: async (started) => {
      await stage.until(started, 'stop-source', ({ phase }) => phase === 'stop-source');
      await stage.admin.create(VIRTUAL_MACHINES, foreignMachine('creating'));
    },
    mend: async () => {
      await stage.admin.delete(VIRTUAL_MACHINES, { name: 'creating', namespace: TARGET_NAMESPACE });
    },
    kept: [true, true],
  },
];

let stage: Stage;

beforeAll(async () => {
  process.env['LAB_CONVERT_SECONDS'] = '5';
  stage = await Stage.open([...CASES.map(({ spec }) => spec), vm('asked', ['block', 'array'])]);
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  delete process.env['LAB_CONVERT_SECONDS'];
  await stage.close();
}, LAB_TIMEOUT_MS);

function foreignMachine(name: string): VirtualMachine {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: TARGET_NAMESPACE },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
  };
}

async function lose(started: StartedVm, when: Case['when']): Promise<VmState> {
  const state = await eventually(async () => {
    const now = await stage.stateIfStarted(started);
    return now !== null && when(now) ? now : null;
  });
  await stage.whole.temporal.workflow.getHandle(started.workflowId).terminate('the operator was wrong');
  return state;
}

/** The wave of a plan whose VM was terminated ends by itself. */
async function waveEnded(name: string): Promise<void> {
  await stage.whole.drover.migration({ ...PLAN, name }).result();
}

async function claimsOf({ disks }: VmState): Promise<VolumeClaim[]> {
  return Promise.all(
    disks.map(({ volumeName }) =>
      stage.admin.get(VOLUME_CLAIMS, { name: volumeName, namespace: TARGET_NAMESPACE }),
    ),
  );
}

/** Bytes that were ever moved into each volume as it is now. */
async function moved(state: VmState): Promise<number[]> {
  const { copies, imports } = await stage.array.counters();
  const claims = await claimsOf(state);
  return state.disks.map(({ method, volumeName }, index) => {
    if (method === 'import') return imports[`${TARGET_NAMESPACE}/${volumeName}`] ?? 0;
    return copies[claims[index]?.metadata?.annotations?.['drover.dev/copy-id'] ?? ''] ?? 0;
  });
}

async function expectRight(result: VmResult): Promise<void> {
  expect(result).toMatchObject({ outcome: 'succeeded', left: [] });
  expect(await stage.verdicts(result)).toEqual(result.disks.map(() => ({ equal: true, bytes: SIZE })));
}

const keptOf = (leftOver: LeftOver | undefined) => leftOver?.disks.map(({ kept }) => kept);

test.each(CASES)(
  'terminated in $title: adopted',
  async ({ spec, options, when, hinder, mend, kept }) => {
    const { lab } = stage.whole;
    const manifests = plan(lab.state, [spec.name], options);
    const { vm: named } = await stage.start(manifests);
    const started = named(spec.name);
    await hinder?.(started);
    const lost = await lose(started, when);
    await waveEnded(spec.name);
    await mend?.();
    const uids = new Map((await claimsOf(lost)).map(({ metadata }) => [metadata?.name, metadata?.uid]));
    const before = await stage.array.counters();

    const run = await stage.whole.run('migrate', '-f', planFile(lab.state, manifests), '--adopt', '--watch');

    expect(run).toMatchObject({ code: 0 });
    const result = await stage.result(started);
    await expectRight(result);
    expect(keptOf(result.leftOver)).toEqual(kept);
    expect(result.disks.map(({ adopted = false }) => adopted)).toEqual(kept);
    expect(result.decisions).toMatchObject([{ action: 'adopt', who: 'drover' }]);
    const claims = await claimsOf(result);
    expect(claims.map(({ metadata }) => uids.get(metadata?.name) === metadata?.uid)).toEqual(kept);
    expect(await moved(result)).toEqual(kept.map(() => SIZE));
    const after = await stage.array.counters();
    const copiedAgain = result.disks.filter(
      ({ method }, index) => method === 'plugin' && kept[index] === false,
    );
    expect(Object.keys(after.copies).length - Object.keys(before.copies).length).toBe(copiedAgain.length);
    expect(result.source.stoppedByUs).toBe(true);
    expect(result.targetRunningAt).not.toBeNull();
    expect((await stage.source.power(started.moref)).state).toBe('poweredOff');
  },
  180_000,
);

test('unasked, the VM parks and says what an adoption would keep; the proof decides what is kept', async () => {
  const { lab } = stage.whole;
  const manifests = plan(lab.state, ['asked']);
  const { vm: named } = await stage.start(manifests);
  const started = named('asked');
  const lost = await lose(started, (state) => state.phase === 'convert' && off(state));
  await waveEnded('asked');

  const checked = await stage.whole.run('plan', 'check', '-f', planFile(lab.state, manifests));
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.stderr).toMatch(
    /VM "asked": an unfinished run has left parts, of which --adopt keeps 2 of 2 disks/,
  );
  expect(await stage.whole.run('migrate', '-f', planFile(lab.state, manifests), '--watch')).toMatchObject({
    code: 3,
  });
  const shown = await stage.whole.run('status', 'asked');
  expect(shown.stdout).toMatch(/TargetLeftOver/);
  expect(shown.stdout).toMatch(/drover adopt would keep 2 of 2 disks/);
  expect(shown.stdout + shown.stderr).not.toMatch(/kubectl/);

  // Somebody turns the source on and off again: nothing is proven any more.
  await stage.source.turnOn(started.moref);
  await stage.source.turnOff(started.moref);
  expect(
    await stage.whole.run('adopt', 'asked', '--why', 'its run was terminated', '--who', 'ann'),
  ).toMatchObject({
    code: 0,
  });

  const result = await stage.result(started);
  await expectRight(result);
  expect(result.leftOver?.disks.map(({ why }) => why)).toEqual(
    lost.disks.map(() => expect.stringMatching(/^vCenter's last power-on is /) as string),
  );
  expect(result.decisions).toMatchObject([{ action: 'adopt', who: 'ann', why: 'its run was terminated' }]);
  expect(keptOf(result.leftOver)).toEqual([false, false]);
  await eventuallyPasses(async () => expect((await stage.whole.run('status', 'asked')).code).toBe(0));
}, 180_000);
