/** A worker that dies without a word: another goes on, and nothing is made twice. */
import { existsSync, watch } from 'node:fs';
import { killWorkerProcess } from '../../lab/worker-process';
import type { VmState } from '../../workflows/temporal-api';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SIZE = 16 * 1024 * 1024;

let stage: Stage;

beforeAll(async () => {
  process.env['LAB_CONVERT_SECONDS'] = '5';
  stage = await Stage.open([
    vm('obeys', ['block', 'array']),
    vm('no-tools', ['files', 'array'], { tools: false }),
  ]);
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  delete process.env['LAB_CONVERT_SECONDS'];
  await stage.close();
}, LAB_TIMEOUT_MS);

async function killWorker(): Promise<void> {
  const { worker } = stage.whole;
  if (worker === null) throw new Error('there is no worker to kill');
  await killWorkerProcess(worker);
  await stage.whole.startWorker();
}

/** The instant at which the API server has made such an object: long before its maker goes on. */
function madeSuch(prefix: string): Promise<void> {
  const { auditLog } = stage.whole.lab.state;
  if (!existsSync(auditLog)) throw new Error('this lab has no audit log');
  return new Promise((resolve) => {
    const watcher = watch(auditLog, () => {
      if (!stage.made().some((object) => object.startsWith(prefix))) return;
      watcher.close();
      resolve();
    });
  });
}

function twice(objects: readonly string[]): string[] {
  return objects.filter((object, index) => objects.indexOf(object) !== index);
}

test('killed while it copies, converts and makes VMs, nothing is made or switched twice, and all is well', async () => {
  const { array, source, whole } = stage;
  const names = ['obeys', 'no-tools'];
  await array.hold(...names);
  const manifests = plan(whole.lab.state, names, {
    name: 'kills',
    drover: { onShutdownTimeout: 'powerOff' },
  });
  const machineMade = madeSuch('virtualmachines/');
  const { wave, vm: named } = await stage.start(manifests);
  const vms = names.map(named);

  await Promise.all(vms.map((each) => stage.copying(each)));
  await killWorker();
  await array.release();
  const converting = ({ timings }: VmState) => timings.some(({ phase }) => phase === 'convert');
  await Promise.race(vms.map((each) => stage.until(each, 'converting', converting)));
  await killWorker();
  await machineMade;
  await killWorker();

  await stage.succeeded(wave);
  const made = stage.made();
  // Pods and claims of others have generated names; what we make has names of our own choice.
  expect(twice(made.filter((object) => !object.endsWith('/')))).toEqual([]);
  expect(made.filter((object) => object.startsWith('jobs/'))).toHaveLength(4);
  expect(made.filter((object) => object.startsWith('datavolumes/'))).toHaveLength(2);
  expect(made.filter((object) => object.startsWith('virtualmachines/'))).toHaveLength(2);
  for (const each of vms) await endedWell(each);
  expect(await source.events(named('obeys').moref, 'VmGuestShutdownEvent')).toBe(1);
  const { imports, copies } = await array.counters();
  expect([...Object.values(imports), ...Object.values(copies)]).toEqual(Array(4).fill(SIZE));
}, 300_000);

async function endedWell(each: StartedVm): Promise<void> {
  const result = await stage.result(each);
  expect(result).toMatchObject({ outcome: 'succeeded', source: { stoppedByUs: true } });
  expect(await stage.verdicts(result)).toEqual(Array(2).fill({ equal: true, bytes: SIZE }));
  expect((await stage.source.power(each.moref)).state).toBe('poweredOff');
  expect(await stage.source.events(each.moref, 'VmPoweredOffEvent')).toBe(1);
  expect(await stage.source.events(each.moref, 'VmPoweredOnEvent')).toBe(1);
}
