/** A worker that is killed the moment a migration enters a phase: at each phase that there is. */
import { isRunning } from '../../lab/process';
import { HOOK_PHASES } from '../../workflows/phase-order';
import { type Phase, PHASES, type VmResult } from '../../workflows/temporal-api';
import { entered } from './phase-entered';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE_MIB = 8;
const SIZE = SIZE_MIB * 1024 * 1024;
/** Only a migration that is given up comes to it. */
const GIVEN_UP: Phase = 'restore';
/** Only a VM whose shared disk another one copies comes to it: shared-disks.e2e kills the worker there. */
const OF_ATTACHERS: Phase = 'await-shared-disks';
/** One VM for each phase, at whose begin the worker dies. */
const VMS = new Map<Phase, string>(
  PHASES.filter((phase) => phase !== OF_ATTACHERS).map((phase) => [phase, `at-${phase}`]),
);
/** A VM has the phase of a hook only if it has the hook. */
const HOOKS = Object.fromEntries(
  Object.entries(HOOK_PHASES).map(([phase, step]) => [VMS.get(phase as Phase)!, step]),
);
const ALWAYS = { timeZone: 'UTC', from: '00:00', to: '24:00' };

let stage: Stage;

beforeAll(async () => {
  const vms = [...VMS.values()].map((name) => vm(name, ['array', 'block'], { sizeMiB: SIZE_MIB }));
  stage = await Stage.open(vms);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

const restarts: Promise<void>[] = [];

/** Kills the worker that runs, and starts the next. Where it has just died at another's boundary, that was this one's, too. */
async function killWorker(): Promise<void> {
  const { worker } = stage.whole;
  if (worker === null || !isRunning(worker)) return;
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
  restarts.push(stage.whole.startWorker());
}

function twice(objects: readonly string[]): string[] {
  return objects.filter((object, index) => objects.indexOf(object) !== index);
}

test('killed at the begin of every phase, nothing is made or switched twice, and all is well', async () => {
  const { whole, array } = stage;
  // So that not all VMs come to their boundaries together.
  await array.takeAtLeast(5);
  const names = [...VMS.values()];
  // Given up while it copies, however long it takes until that is heard.
  await array.hold(VMS.get(GIVEN_UP)!);
  const { wave, vm: named } = await stage.start(
    plan(whole.lab.state, names, {
      name: 'boundaries',
      hooks: HOOKS,
      drover: { maxConcurrentVms: names.length, wave: { cutoverWindows: [ALWAYS] } },
    }),
  );
  const abandoned = named(VMS.get(GIVEN_UP)!);

  await Promise.all([
    giveUpWhileCopying(abandoned),
    ...[...VMS].map(async ([phase, name]) => {
      await entered(whole.temporal, named(name).workflowId, phase);
      await killWorker();
    }),
  ]);
  await Promise.all(restarts);
  const { results } = await wave.result();

  expect(restarts.length).toBeGreaterThan(VMS.size / 2);
  expect(Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]))).toEqual(
    Object.fromEntries([...VMS].map(([phase, name]) => [name, phase === GIVEN_UP ? 'aborted' : 'succeeded'])),
  );
  // Pods and claims of others have generated names; what we make has names of our own choice.
  expect(twice(stage.made().filter((object) => !object.endsWith('/')))).toEqual([]);
  for (const [phase, name] of VMS) {
    const result = await stage.result(named(name));
    const step = HOOKS[name];
    expect(result.hooks ?? []).toMatchObject(step === undefined ? [] : [{ step, outcome: 'succeeded' }]);
    await (phase === GIVEN_UP ? wasGivenUp(named(name), result) : wasMigrated(named(name), result));
  }
}, 600_000);

/** Temporal takes a cancellation whether a worker is there or not. */
async function giveUpWhileCopying({ workflowId }: StartedVm): Promise<void> {
  const { temporal } = stage.whole;
  await entered(temporal, workflowId, 'copy');
  await temporal.workflow.getHandle(workflowId).cancel();
}

async function wasMigrated({ moref }: StartedVm, result: VmResult): Promise<void> {
  expect(await stage.verdicts(result)).toEqual(Array(2).fill({ equal: true, bytes: SIZE }));
  expect((await stage.source.power(moref)).state).toBe('poweredOff');
  expect(await stage.source.events(moref, 'VmGuestShutdownEvent')).toBe(1);
  expect(await stage.source.events(moref, 'VmPoweredOffEvent')).toBe(1);
  expect(await stage.source.events(moref, 'VmPoweredOnEvent')).toBe(1);
}

async function wasGivenUp({ moref, name }: StartedVm, { left }: VmResult): Promise<void> {
  expect(left).toEqual([]);
  expect((await stage.source.power(moref)).state).toBe('poweredOn');
  expect(await stage.source.events(moref, 'VmPoweredOffEvent')).toBe(1);
  // Once when the lab began, and once when it was given back.
  expect(await stage.source.events(moref, 'VmPoweredOnEvent')).toBe(2);
  expect((await stage.contents()).filter((object) => object.includes(name))).toEqual([]);
}
