/** No password and no token of a lab is ever where it does not belong, whatever goes wrong with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { loadCluster } from '../../lab/apply';
import { PLAN_NAMESPACE, PROVIDER_SECRET, TARGET_NAMESPACE } from '../../lab/cluster-objects';
import { labLayout } from '../../lab/layout';
import { killWorkerProcess, labEnvironment } from '../../lab/worker-process';
import { type CommandResult, startDrover } from '../support/drover-process';
import { eventually } from '../support/eventually';
import { COMMON, fileArguments } from '../support/lab-manifests';
import { ProcessListWatch } from '../support/process-list';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { StorageArray } from './storage-array';

const WRONG_PASSWORD = 'wrong-but-secret-all-the-same';

let whole: WholeLab;
let secrets: string[];
let processes: ProcessListWatch;
/** Everything that the command said. */
const said: CommandResult[] = [];

beforeAll(async () => {
  whole = await startWholeLab();
  secrets = secretsOf(whole);
  processes = new ProcessListWatch(secrets);
  await migrateWithTrouble();
  processes.stop();
}, 240_000);
afterAll(() => whole.stop());

/** In clear and as Kubernetes keeps them: the vCenter's password, a wrong one, and every token of a kubeconfig. */
function secretsOf({ lab }: WholeLab): string[] {
  const tokens = filesBelow(lab.state.dir)
    .filter((file) => file.endsWith('kubeconfig') || file.endsWith('.csv'))
    .flatMap((file) => readFileSync(file, 'utf8').match(/(?<=token: )\S+|^[0-9a-zA-Z_-]{20,}(?=,)/gm) ?? []);
  expect(tokens.length).toBeGreaterThanOrEqual(2);
  const clear = [lab.state.vcenter.password, WRONG_PASSWORD, ...new Set(tokens)];
  return clear.flatMap((text) => [text, Buffer.from(text).toString('base64')]);
}

/**
 * A plan that is refused for a wrong password; then one whose password becomes wrong while its disks are copied, so
 * that it parks, and goes on with a retry once the password is right again.
 */
async function migrateWithTrouble(): Promise<void> {
  const files = fileArguments(whole.lab.state, ...COMMON, 'plan.yaml');
  await setPassword(WRONG_PASSWORD);
  const refused = await run('migrate', ...files);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('vCenter refuses user and password');
  await setPassword(whole.lab.state.vcenter.password);
  // No copy ends before the password is wrong: after it, nothing else would need the vCenter.
  const array = new StorageArray(whole.lab.state);
  await array.hold('web01', 'db01', 'archive');
  const watching = startDrover(['migrate', ...files, '--watch'], labEnvironment(whole.lab.state));
  await watching.said(/^web01: copy$/m);
  await watching.said(/^db01: copy$/m);
  // All six disks: whoever copies has the right password by then.
  await eventually(async () => (await array.running()).length + (await importersAtWork()) === 6);
  await setPassword(WRONG_PASSWORD);
  // A new worker has no session and remembers no Secret.
  if (whole.worker !== null) await killWorkerProcess(whole.worker);
  await whole.startWorker();
  await array.release();
  const parked = await watching.ended;
  said.push(parked);
  expect({ code: parked.code, stderr: parked.stderr }).toEqual({ code: 3, stderr: '' });
  const status = await run('status', 'web01');
  expect(status.code).toBe(3);
  expect(status.stdout).toContain('SourceLoginRefused');

  await setPassword(whole.lab.state.vcenter.password);
  for (const vm of ['web01', 'db01', 'archive']) {
    const retried = await run('retry', vm, '--why', 'the password is right again');
    // archive was off all the time: nothing of it may have needed the vCenter.
    if (vm !== 'archive') expect(retried).toMatchObject({ code: 0 });
  }
  const end = await run('status', '--plan', 'openshift-mtv/servers', '--watch');
  expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' });
}

async function run(...args: string[]): Promise<CommandResult> {
  const result = await whole.run(...args);
  said.push(result);
  return result;
}

async function importersAtWork(): Promise<number> {
  const { items } = await loadCluster(whole.lab.state.kubeconfig)
    .makeApiClient(CoreV1Api)
    .listNamespacedPod({ namespace: TARGET_NAMESPACE, labelSelector: 'cdi.kubevirt.io=importer' });
  return items.filter(({ status }) => status?.containerStatuses?.some(({ state }) => state?.running)).length;
}

async function setPassword(password: string): Promise<void> {
  const core = loadCluster(whole.lab.state.kubeconfig).makeApiClient(CoreV1Api);
  const ref = { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE };
  const secret = await core.readNamespacedSecret(ref);
  await core.replaceNamespacedSecret({ ...ref, body: { ...secret, stringData: { password } } });
}

/** Which of the secrets a text holds, by their place in the list: a failing test must not print them. */
function heldBy(text: string): number[] {
  return secrets.flatMap((secret, index) => (text.includes(secret) ? [index] : []));
}

test('the look is sharp: what is hidden in bytes of a payload is found', () => {
  const payload = { payloads: [{ data: Buffer.from(`{"password":"${secrets[0]}"}`) }] };
  expect(heldBy(textOf(payload))).toContain(0);
});

test('no history of any workflow holds a secret', async () => {
  const held: string[] = [];
  let workflows = 0;
  for await (const { workflowId, runId } of whole.temporal.workflow.list()) {
    workflows += 1;
    const history = await whole.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    held.push(...heldBy(textOf(history)).map((index) => `${workflowId}: secret ${index}`));
  }
  // Two waves, three VMs, six disks.
  expect(workflows).toBeGreaterThanOrEqual(11);
  expect(held).toEqual([]);
});

test('no log file holds a secret', () => {
  const { vcenter } = labLayout(whole.lab.state.dir);
  const logs = filesBelow(whole.lab.state.dir).filter(
    (file) => /\.log$|\.jsonl?$/.test(file) && !file.startsWith(vcenter + sep) && !file.endsWith('lab.json'),
  );
  const names = logs.map((file) => file.split(sep).at(-1));
  expect(names).toEqual(
    expect.arrayContaining(['worker.log', 'kube-apiserver.log', 'audit.log', 'temporal.log']),
  );
  const held = logs.flatMap((file) =>
    heldBy(readFileSync(file, 'utf8')).map((index) => `${file}: secret ${index}`),
  );
  expect(held).toEqual([]);
});

test('the command never says one', () => {
  expect(said.length).toBeGreaterThan(5);
  expect(said.flatMap(({ stdout, stderr }) => heldBy(stdout + stderr))).toEqual([]);
});

test('no command line of any process held one at any time', () => {
  const seen = [...processes.seen].join('\n');
  expect(seen).toContain('drover.js worker');
  expect(seen).toContain('bwrap');
  expect(processes.found.map((line) => line.split(' ')[0])).toEqual([]);
});

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Every text and every payload of a history. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textOf).join('\n');
}
