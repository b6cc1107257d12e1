/** A run is terminated in some phase; the next one, asked to adopt, copies no finished disk again. */
import {
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../../activities/kubernetes/api/kinds';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { LeftOver, Phase, VmResult, VmState } from '../../workflows/temporal-api';
import { eventuallyPasses } from '../support/eventually';
import { plan, planFile, type PlanOptions, TARGET_NAMESPACE, vm } from './site';
import { slowConversion } from './slow-conversion';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE_MIB = 16;
const SIZE = SIZE_MIB * 1024 * 1024;
const PLAN = { namespace: 'openshift-mtv' };

interface Case {
  title: string;
  spec: VmSpec;
  /** Of the plan whose run is lost: what stands in its way holds it where it is lost. */
  options?: (slow: PlanOptions) => PlanOptions;
  /** Of the plan that adopts; default: none. */
  then?: PlanOptions;
  phase: Phase;
  /** When its run is terminated; default: when it is in that phase. */
  when?: (state: VmState) => boolean;
  /** What no state tells: the step is really at work. */
  underWay?: (started: StartedVm) => Promise<unknown>;
  /** Puts something in the way before anything is started. */
  hinder?: () => Promise<void>;
  /** Puts something in the way while its guest, which ignores requests, stays on; then its source is turned off. */
  hinderWhileOn?: () => Promise<unknown>;
  mend?: () => Promise<void>;
  /** Of each disk, whether the next run keeps it. */
  kept: boolean[];
}

const parked = ({ attention }: VmState) => attention !== null;
/** Its guest ignores us until somebody turns it off. */
const STUBBORN = { ignoresShutdown: true } as const;
const PATIENT = { shutdownTimeout: '1h' } as const;
const CUT_SOON = { shutdownTimeout: '5s', onShutdownTimeout: 'powerOff' } as const;

const CASES: readonly Case[] = [
  {
    title: 'stop-source, while the guest ignores the request',
    spec: vm('stopping', ['block', 'array'], STUBBORN),
    options: () => ({ drover: PATIENT }),
    then: { drover: CUT_SOON },
    phase: 'stop-source',
    kept: [false, false],
  },
  {
    title: 'copy, with one of three disks that can not be copied',
    spec: vm('copying', ['block', 'array', 'files']),
    options: () => ({ drover: { copyAttempts: 1 } }),
    phase: 'copy',
    when: parked,
    hinder: () => stage.array.breakCopiesOf('[san-1] copying/copying_1.vmdk', 'LUN 7 is broken'),
    mend: () => stage.array.mend(),
    kept: [true, false, true],
  },
  {
    title: 'convert, while the guest is converted',
    spec: vm('converting', ['block', 'array']),
    options: (slow) => slow,
    phase: 'convert',
    underWay: (started) => stage.converting(started),
    kept: [true, true],
  },
  {
    title: "create-vm, parked before someone else's VM of the same name",
    spec: vm('creating', ['array', 'files'], STUBBORN),
    options: () => ({ skipConversion: true, drover: PATIENT }),
    then: { skipConversion: true },
    phase: 'create-vm',
    when: parked,
    hinderWhileOn: () => stage.admin.create(VIRTUAL_MACHINES, foreignMachine('creating')),
    mend: async () => {
      await stage.admin.delete(VIRTUAL_MACHINES, { name: 'creating', namespace: TARGET_NAMESPACE });
    },
    kept: [true, true],
  },
];

const ASKED = vm('asked', ['block', 'array']);

let stage: Stage;
/** Of a plan whose guests are under conversion for longer than any test. */
let slow: PlanOptions;

beforeAll(async () => {
  stage = await Stage.open([...CASES.map(({ spec }) => spec), ASKED]);
  slow = { drover: { conversionImage: await slowConversion(stage.whole.lab.state) } };
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

function foreignMachine(name: string): VirtualMachine {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: TARGET_NAMESPACE },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
  };
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

/** Its run is terminated; the wave, which had no other VM, ends by itself. */
async function loseRun({
  spec,
  options,
  phase,
  when = () => true,
  ...way
}: Omit<Case, 'kept'>): Promise<[StartedVm, VmState]> {
  await way.hinder?.();
  const { vm: named } = await stage.start(plan(stage.whole.lab.state, [spec.name], options?.(slow)));
  const started = named(spec.name);
  if (way.hinderWhileOn) {
    await stage.until(started, 'stop-source', (state) => state.phase === 'stop-source');
    await way.hinderWhileOn();
    await stage.source.turnOff(started.moref);
  }
  await way.underWay?.(started);
  const lost = await stage.lose(started, phase, (state) => state.phase === phase && when(state));
  await waveEnded(spec.name);
  await way.mend?.();
  return [started, lost];
}

test.each(CASES)(
  'terminated in $title: adopted',
  async (each) => {
    const { spec, then, kept } = each;
    const { lab } = stage.whole;
    const [started, lost] = await loseRun(each);
    const uids = new Map((await claimsOf(lost)).map(({ metadata }) => [metadata?.name, metadata?.uid]));
    const before = await stage.array.counters();

    const file = planFile(lab.state, plan(lab.state, [spec.name], then));
    const run = await stage.whole.run('migrate', '-f', file, '--adopt', '--watch');

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
  const [started, lost] = await loseRun({
    title: 'convert',
    spec: ASKED,
    options: () => slow,
    phase: 'convert',
    underWay: (each) => stage.converting(each),
  });

  const file = planFile(lab.state, plan(lab.state, [ASKED.name]));
  const checked = await stage.whole.run('plan', 'check', '-f', file);
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.stderr).toMatch(
    /VM "asked": an unfinished run has left parts, of which --adopt keeps 2 of 2 disks/,
  );
  expect(await stage.whole.run('migrate', '-f', file, '--watch')).toMatchObject({ code: 3 });
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
