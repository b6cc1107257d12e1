/** An upgrade of workers while a VM is copied: the workers are processes of their own, each with its version. */
import type { WorkflowHandle } from '@temporalio/client';
import { startProcess, stopProcess, type StartedProcess } from '../../lab/process';
import { workerSpec } from '../../lab/worker-process';
import { TRANSFER_SLOTS_ID } from '../../plan/workflow-ids';
import { eventually } from '../support/eventually';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

let stage: Stage;
const workers = new Map<string, StartedProcess>();

beforeAll(async () => {
  stage = await Stage.open([vm('old', ['array']), vm('new', ['array'])], { worker: false });
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  for (const worker of workers.values()) await stopProcess(worker);
  await stage.close();
}, LAB_TIMEOUT_MS);

async function startWorker(build: string, ...args: string[]): Promise<void> {
  const spec = workerSpec(stage.whole.lab.state);
  workers.set(build, await startProcess({ ...spec, name: `worker-${build}`, args: [...spec.args, ...args] }));
}

/** Temporal knows a version some moments after its worker began to poll. */
async function setCurrent(build: string): Promise<void> {
  await eventually(async () => (await stage.whole.run('versions', 'set-current', build)).code === 0);
}

function start(name: string) {
  return stage.start(plan(stage.whole.lab.state, [name], { name: `versions-${name}` }));
}

/** Builds of the workers that did a workflow's tasks, each once, in order. */
async function doneBy(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  const pids = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) =>
    task?.identity == null ? [] : [Number(task.identity.split('@')[0])],
  );
  const builds = [...workers].map(([build, { pid }]) => ({ build, pid }));
  return [...new Set(pids)].map((pid) => builds.find((worker) => worker.pid === pid)?.build ?? `pid ${pid}`);
}

const handleOf = ({ workflowId }: Pick<StartedVm, 'workflowId'>): WorkflowHandle =>
  stage.whole.temporal.workflow.getHandle(workflowId);

test('a VM that is copied ends on the old workers, all else goes to the new ones, and then the old ones may go', async () => {
  await startWorker('0.1.0', '--build-id', '0.1.0');
  await setCurrent('0.1.0');
  await stage.array.hold('old');
  const old = await start('old');
  await stage.copying(old.vm('old'));

  await startWorker('0.2.0', '--build-id', '0.2.0');
  await setCurrent('0.2.0');
  const { code, stdout } = await stage.whole.run('versions', 'may-retire', '0.1.0');
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'no: 1 migrateVm, 1 copyDisk must end on it\n' });
  const young = await start('new');
  await stage.succeeded(young.wave);
  expect(await doneBy(handleOf(young.vm('new')))).toEqual(['0.2.0']);

  await stage.array.release();
  await stage.succeeded(old.wave);
  expect(await doneBy(handleOf(old.vm('old')))).toEqual(['0.1.0']);
  expect(await doneBy(handleOf({ workflowId: old.wave.workflowId }))).toEqual(['0.1.0', '0.2.0']);
  expect((await doneBy(handleOf({ workflowId: TRANSFER_SLOTS_ID }))).at(-1)).toBe('0.2.0');
  const result = await stage.result(old.vm('old'));
  expect(await stage.verdicts(result)).toMatchObject([{ equal: true }]);

  await eventually(async () => (await stage.whole.run('versions', 'may-retire', '0.1.0')).code === 0);
  await stopProcess(workers.get('0.1.0')!);
  expect(await stage.whole.run('versions', 'may-retire', '0.2.0')).toMatchObject({
    code: 7,
    stdout: 'no: it is the current version\n',
  });
}, 240_000);
