/** A run is terminated in some phase; the next one, asked to adopt, copies no finished disk again, and touches no target in use. */
import { VIRTUAL_MACHINES, VOLUME_CLAIMS, type VolumeClaim } from '../../activities/kubernetes/api/kinds';
import { FINISHED_AT } from '../../plan/earlier';
import type { LeftOver, VmResult, VmState } from '../../workflows/temporal-api';
import { eventuallyPasses } from '../support/eventually';
import type { CommandResult } from '../support/drover-process';
import { untilFileEnds } from '../support/test-end';
import { LOST_RUNS, type LostRun, loseRun, MENDED_STORE, slowly } from './lost-runs';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE_MIB = 16;
const SIZE = SIZE_MIB * 1024 * 1024;
/** All of them on their way at once, on busy cores. */
const ALL_TIMEOUT_MS = 400_000;
const ASKED = vm('asked', ['block', 'array']);

interface World {
  /** Of its claims, by name. */
  uids: Map<string, string | undefined>;
  /** Of its VirtualMachine. */
  machine: string | undefined;
  /** Ids of the array's copies into its volumes. */
  copies: string[];
}

/** A run that was lost, and the command that adopted. */
interface Adopted {
  started: StartedVm;
  before: World;
  command: CommandResult;
}

let stage: Stage;
/** All VMs are on their way at once; each test waits for its own. */
const adopted = new Map<LostRun, Promise<Adopted>>();

beforeAll(async () => {
  const vms = [...LOST_RUNS.map(({ spec }) => spec), ASKED];
  stage = await Stage.open(vms, { datastores: [MENDED_STORE] });
  for (const run of LOST_RUNS) {
    const done = untilFileEnds(() => loseAndAdopt(run));
    // A test that was not reached yet hears of it later.
    done.catch(() => undefined);
    adopted.set(run, done);
  }
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

async function loseAndAdopt(run: LostRun): Promise<Adopted> {
  const [started, lost] = await loseRun(stage, run);
  const before = await worldOf(lost);
  const { state } = stage.whole.lab;
  const file = planFile(state, plan(state, [run.spec.name], run.then));
  return { started, before, command: await stage.whole.run('migrate', '-f', file, '--adopt', '--watch') };
}

async function claimsOf({ disks }: VmState): Promise<VolumeClaim[]> {
  const found = await Promise.all(
    disks.map(({ volumeName }) =>
      stage.admin.find(VOLUME_CLAIMS, { name: volumeName, namespace: TARGET_NAMESPACE }),
    ),
  );
  return found.filter((claim) => claim !== null);
}

async function worldOf(state: VmState): Promise<World> {
  const claims = await claimsOf(state);
  const machine = await stage.admin.find(VIRTUAL_MACHINES, state.target);
  const { copies } = await stage.array.counters();
  // `<base name>-disk-0` and `<base name>-k2000-…`: see plan/names.ts.
  const base = state.disks[0]!.volumeName.replace(/-disk-\d+$/, '');
  return {
    uids: new Map(claims.map(({ metadata }) => [metadata?.name ?? '', metadata?.uid])),
    machine: machine?.metadata?.uid,
    copies: Object.keys(copies).filter((id) => id.startsWith(`${base}-k`)),
  };
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

const titled = LOST_RUNS.map((run) => ({ ...run, run, title: `${run.phase}, ${run.title}` }));

test.each(titled.filter(({ next }) => Array.isArray(next)))(
  'terminated in $title: adopted',
  async ({ run, spec, next }) => {
    const { started, before, command } = await adopted.get(run)!;
    const kept = next as boolean[];

    expect(command).toMatchObject({ code: 0 });
    const result = await stage.result(started);
    await expectRight(result);
    expect(keptOf(result.leftOver)).toEqual(kept);
    expect(result.disks.map(({ adopted: is = false }) => is)).toEqual(kept);
    expect(result.decisions).toMatchObject([{ action: 'adopt', who: 'drover' }]);
    const { uids, copies } = await worldOf(result);
    const names = result.disks.map(({ volumeName }) => volumeName);
    expect(names.map((name) => uids.get(name) === before.uids.get(name))).toEqual(kept);
    expect(await moved(result)).toEqual(kept.map(() => SIZE));
    const copiedAgain = result.disks.filter(({ method }, index) => method === 'plugin' && !kept[index]);
    expect(copies.length - before.copies.length).toBe(copiedAgain.length);
    const ran = spec.powerState === 'poweredOn';
    expect(result.source.stoppedByUs).toBe(ran);
    expect(result.targetRunningAt !== null).toBe(ran);
    expect((await stage.source.power(started.moref)).state).toBe('poweredOff');
  },
  ALL_TIMEOUT_MS,
);

test.each(titled.filter(({ next }) => next === 'TargetUnclear'))(
  'terminated in $title: its target may be in use, and nothing is touched until its owner says more',
  async ({ run }) => {
    const { started, before, command } = await adopted.get(run)!;

    expect(command).toMatchObject({ code: 3 });
    const parked = await stage.parked(started);
    expect(parked.attention).toMatchObject({ phase: 'check', failure: { kind: 'TargetUnclear' } });
    expect(await worldOf(parked)).toEqual(before);
    expect((await stage.source.power(started.moref)).state).toBe('poweredOff');

    const annotations = { [FINISHED_AT]: '2026-03-01T10:00:00Z' };
    await stage.admin.patch(VIRTUAL_MACHINES, parked.target, { metadata: { annotations } });
    const retried = await stage.whole.run('retry', started.name, '--why', 'its owner says that it serves');
    expect(retried).toMatchObject({ code: 0 });
    expect(await stage.result(started)).toMatchObject({ outcome: 'alreadyMigrated' });
    expect(await worldOf(parked)).toEqual(before);
  },
  ALL_TIMEOUT_MS,
);

test.each(titled.filter(({ next }) => next === 'alreadyMigrated'))(
  'terminated in $title: counted as done, and nothing is started',
  async ({ run }) => {
    const { started, before, command } = await adopted.get(run)!;

    expect(command).toMatchObject({ code: 0 });
    expect(command.stdout).toMatch(/already migrated/);
    await expect(stage.result(started)).rejects.toThrow('the operator was wrong');
    const lost = await stage.state(started);
    expect(await worldOf(lost)).toEqual(before);
    expect(await stage.verdicts(lost)).toEqual(lost.disks.map(() => ({ equal: true, bytes: SIZE })));
    expect((await stage.source.power(started.moref)).state).toBe('poweredOff');
  },
  ALL_TIMEOUT_MS,
);

test('unasked, the VM parks and says what an adoption would keep; the proof decides what is kept', async () => {
  const { state } = stage.whole.lab;
  const [started, lost] = await loseRun(stage, {
    phase: 'convert',
    title: 'while the guest is converted',
    spec: ASKED,
    options: slowly,
    underWay: (_, each) => stage.converting(each),
  });

  const file = planFile(state, plan(state, [ASKED.name]));
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
  const adopting = await stage.whole.run('adopt', 'asked', '--why', 'its run was terminated', '--who', 'ann');
  expect(adopting).toMatchObject({ code: 0 });

  const result = await stage.result(started);
  await expectRight(result);
  expect(result.leftOver?.disks.map(({ why }) => why)).toEqual(
    lost.disks.map(() => expect.stringMatching(/^vCenter's last power-on is /) as string),
  );
  expect(result.decisions).toMatchObject([{ action: 'adopt', who: 'ann', why: 'its run was terminated' }]);
  expect(keptOf(result.leftOver)).toEqual([false, false]);
  await eventuallyPasses(async () => expect((await stage.whole.run('status', 'asked')).code).toBe(0));
});
