/** The contract of docs/temporal-api.md, kept by the `temporal` command line alone: no code of ours is a client here. */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FrozenVm } from '../../plan/frozen';
import { readManifests } from '../../plan/read-manifests';
import type { VmState } from '../../workflows/temporal-api';
import { frozenVm } from '../support/frozen-vm';
import { temporalCli } from '../support/temporal';
import { WorkflowLab } from '../support/workflow-lab';
import { planText } from './plan-file';
import { eventually } from '../support/eventually';

let lab: WorkflowLab;
let cli: string;
const dir = mkdtempSync(join(tmpdir(), 'drover-cli-'));

beforeAll(async () => {
  cli = await temporalCli();
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

async function temporal(...args: string[]): Promise<Record<string, unknown>> {
  const place = [
    '--address',
    lab.env.address,
    '--namespace',
    lab.env.namespace ?? 'default',
    '--output',
    'json',
  ];
  const { stdout } = await promisify(execFile)(cli, ['workflow', ...args, ...place]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function inputFile(name: string, input: unknown): string {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify(input));
  return file;
}

function givePlan(...vms: FrozenVm[]): string {
  lab.planner.resolvePlan = () =>
    Promise.resolve({
      plan: { namespace: 'openshift-mtv', name: 'wave-1' },
      problems: [],
      vms,
      total: vms.length,
      next: null,
      maxConcurrentVms: 10,
    });
  const text = planText(
    'wave-1',
    vms.map((vm) => vm.vm.name),
  );
  return inputFile('wave.json', { manifests: readManifests([{ file: 'plan.yaml', text }]).manifests });
}

const start = (type: string, id: string, input: string): string[] => [
  ...['--type', type, '--task-queue', 'drover', '--workflow-id', id],
  ...['--id-conflict-policy', 'Fail', '--input-file', input],
];

test('starts a wave, asks for its state, and waits for its result', async () => {
  const vms = [frozenVm(), frozenVm()];
  for (const vm of vms) lab.world(vm);
  const id = 'migrate/openshift-mtv/wave-1';
  await temporal('start', ...start('migrateWave', id, givePlan(...vms)));
  const { result } = await temporal('result', '--workflow-id', id);
  expect(result).toMatchObject({ succeeded: true, results: vms.map((vm) => ({ name: vm.vm.name })) });
  const state = await temporal('query', '--workflow-id', id, '--type', 'state');
  expect(state.queryResult).toMatchObject([{ phase: 'ended' }]);
});

test('starts one VM of a frozen plan, finds it parked, and retries it', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('createMachine', 'QuotaExceeded');
  const checked = await temporal('execute', ...start('checkPlan', 'check-1', givePlan(vm)));
  const [frozen] = (checked.result as { vms: FrozenVm[] }).vms;
  const id = `migrate-vm/${frozen!.vcenterUuid}/${frozen!.vm.moref}`;
  await temporal('start', ...start('migrateVm', id, inputFile('vm.json', frozen)));

  const parked = await untilParked(id);
  expect(parked.attention?.failure.kind).toBe('QuotaExceeded');
  world.script.mend('createMachine');
  const word = JSON.stringify({ who: 'ann', why: 'quota raised' });
  await temporal('update', 'execute', '--workflow-id', id, '--name', 'retry', '--input', word);
  const { result } = await temporal('result', '--workflow-id', id);
  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [{ action: 'retry', who: 'ann' }] });
});

/** Only a query tells that a VM is parked: there is no event to await from outside. */
async function untilParked(id: string): Promise<VmState> {
  return eventually(async () => {
    const { queryResult } = await temporal('query', '--workflow-id', id, '--type', 'state');
    const [state] = queryResult as [VmState];
    return state.attention !== null && state;
  });
}
