/** One import at once through the vCenter: a VM whose turn has not come runs on, whatever dies meanwhile. */
import type { ReadLimits } from '../../client/limits';
import { killWorkerProcess } from '../../lab/worker-process';
import { eventually } from '../support/eventually';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE = 16 * 1024 * 1024;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open(['one', 'two', 'three', 'four'].map((name) => vm(name, ['block'])));
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** The VM that copies, and the VM that waits for it. */
async function inOrder(vms: readonly StartedVm[]): Promise<[StartedVm, StartedVm]> {
  return eventually(async () => {
    const states = await Promise.all(vms.map((each) => stage.stateIfStarted(each)));
    const first = vms[states.findIndex((state) => state?.disks[0]?.phase === 'copying')];
    const second = vms[states.findIndex((state) => state?.phase === 'await-turn' && state.waitingSince)];
    return first !== undefined && second !== undefined && [first, second];
  });
}

test('the second VM’s source runs until the first is copied, also where the worker is killed meanwhile', async () => {
  const { whole, source } = stage;
  expect(await whole.run('limits', 'set', 'vcenter=1', '--why', 'a test')).toMatchObject({ code: 0 });
  const names = ['one', 'two'];
  await stage.array.hold(...names);
  const manifests = plan(whole.lab.state, names, { name: 'turns', skipConversion: true });
  const { wave, vm: named } = await stage.start(manifests);

  const [first, second] = await inOrder(names.map(named));
  expect((await source.power(second.moref)).state).toBe('poweredOn');
  expect((await whole.run('status', second.name)).stdout).toContain('for its turn since');
  await killWorkerProcess(whole.worker!);
  await whole.startWorker();
  expect((await stage.state(second)).phase).toBe('await-turn');
  expect((await source.power(second.moref)).state).toBe('poweredOn');

  await stage.array.release();
  await stage.succeeded(wave);
  const [copied, waited] = await Promise.all([stage.result(first), stage.result(second)]);
  expect(Date.parse(waited.source.stoppedAt!)).toBeGreaterThan(Date.parse(copied.disks[0]!.endedAt!));
  for (const result of [copied, waited])
    expect(await stage.verdicts(result)).toEqual([{ equal: true, bytes: SIZE }]);
  expect(await source.events(second.moref, 'VmPoweredOffEvent')).toBe(1);
}, 240_000);

test('`limits show` says what is in use and who waits, and a limit that is raised lets the next VM copy at once', async () => {
  const { whole } = stage;
  const limits = (...args: string[]) => whole.run('limits', ...args);
  expect(await limits('set', 'vcenter=1', '--why', 'a test')).toMatchObject({ code: 0 });
  const names = ['three', 'four'];
  await stage.array.hold(...names);
  const { wave, vm: named } = await stage.start(
    plan(whole.lab.state, names, { name: 'raised', skipConversion: true }),
  );
  const [first, second] = await inOrder(names.map(named));

  const { resources } = JSON.parse((await limits('show', '-o', 'json')).stdout) as ReadLimits;
  const vcenter = resources.find(({ resource }) => resource.startsWith('vcenter/'));
  expect(vcenter).toMatchObject({ limit: 1, isSet: false, used: 1, waiting: 1 });
  expect(await limits('set', `${vcenter!.resource}=2`, '--why', 'it has room', '--who', 'ann')).toEqual({
    code: 0,
    stdout: `from now on: ${vcenter!.resource}=2\n`,
    stderr: '',
  });

  await stage.copying(second);
  await stage.array.release();
  await stage.succeeded(wave);
  const [copied, raised] = await Promise.all([stage.result(first), stage.result(second)]);
  expect(Date.parse(raised.source.stoppedAt!)).toBeLessThan(Date.parse(copied.disks[0]!.endedAt!));
  const { stdout } = await limits('show');
  expect(stdout).toMatch(new RegExp(`^${vcenter!.resource} +2 \\(its own\\) +0 +0$`, 'm'));
  expect(stdout).toMatch(/^decision: \S+ \S+ vcenter\/\S+=2 by ann: it has room$/m);
}, 240_000);
