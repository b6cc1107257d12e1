/**
 * The commands of docs/temporal-api.md, run as they stand there: a wave, and one VM of a frozen plan that parks and is
 * retried, with nothing but the `temporal` command line.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { FrozenVm } from '../../plan/frozen';
import type { CheckResult, VmState, WaveResult } from '../../workflows/temporal-api';
import { COMMON, editedArguments, manifestsOf } from '../support/lab-manifests';
import { temporalCli } from '../support/temporal';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { StorageArray } from './storage-array';
import { eventually, eventuallyPasses } from '../support/eventually';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'temporal-api.md');
const WAVE = 'openshift-mtv/wave-1';

let whole: WholeLab;
let dir: string;
let path: string;
let array: StorageArray;
const commands = documentedCommands();
const unused = new Set(commands);

beforeAll(async () => {
  whole = await startWholeLab();
  dir = mkdtempSync(join(whole.lab.state.dir, 'cli-'));
  path = dirname(await temporalCli());
  array = new StorageArray(whole.lab.state);
});
afterAll(() => whole.stop());

/** Every command of the section's code block, on one line. */
function documentedCommands(): string[] {
  const section = readFileSync(DOCUMENT, 'utf8').split('## With the `temporal` command line')[1] ?? '';
  const block = /```sh\n([\s\S]+?)```/.exec(section)?.[1] ?? '';
  return block
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.startsWith('temporal '));
}

/** The one documented command that says all of these words, with its placeholders replaced. */
function documented(words: string[], values: Record<string, string>): string {
  const matching = commands.filter((command) => words.every((word) => command.includes(word)));
  expect(matching).toHaveLength(1);
  const [command = ''] = matching;
  unused.delete(command);
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), command);
}

/** Runs a documented command by a shell; what it prints. Commands answer as JSON where the document is silent. */
function run(words: string[], values: Record<string, string> = {}): Promise<string> {
  const command = documented(words, values);
  const json = command.includes('--output') ? '' : ' --output json';
  const { address, namespace } = whole.lab.state.temporal;
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      PATH: `${path}${delimiter}${process.env.PATH}`,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
    };
    execFile('sh', ['-c', command + json], { cwd: dir, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}: ${stderr}`));
    });
  });
}

/** What the document's `yq` makes. */
function writeWave(plan: string, name: string): void {
  const files = editedArguments(whole.lab.state, {
    ...Object.fromEntries(COMMON.map((file) => [file, []])),
    [plan]: [
      [`name: ${name}`, `name: wave-1`],
      ['  drover:\n', '  drover:\n    copyAttempts: 1\n'],
    ],
  });
  const manifests = manifestsOf(files.filter((argument) => argument !== '-f'));
  writeFileSync(join(dir, 'wave.json'), JSON.stringify({ manifests }));
}

/** What the document's `jq` makes, for any VM of the plan. Returns the values of the placeholders. */
function writeVm(name: string): Record<string, string> {
  const { result } = JSON.parse(readFileSync(join(dir, 'check.json'), 'utf8')) as { result: CheckResult };
  const vm = result.vms.find((one) => one.vm.name === name) as FrozenVm;
  writeFileSync(join(dir, 'vm.json'), JSON.stringify(vm));
  return { VCENTER_UUID: vm.vcenterUuid, MOREF: vm.vm.moref };
}

async function untilParked(vm: Record<string, string>): Promise<VmState> {
  // A query is all that the command line has: there is no event to await.
  return eventually(async () => {
    const answer = await run(['query', 'MOREF'], vm);
    const [state] = (JSON.parse(answer) as { queryResult: [VmState] }).queryResult;
    if (state.outcome !== null) throw new Error(`it ended: ${state.outcome}`);
    return state.attention !== null && state;
  });
}

test('a wave is started, asked for its state and awaited', async () => {
  writeWave('appliance.yaml', 'appliances');
  await run(['start', 'migrateWave']);
  expect(await run(['query', WAVE])).toContain('"phase"');
  const { result } = JSON.parse(await run(['result', WAVE])) as { result: WaveResult };
  expect(result.results).toMatchObject([{ name: 'appliance', outcome: 'succeeded' }]);
});

test('one VM of a frozen plan is started, parks, is found and is retried to its end', async () => {
  writeWave('plan.yaml', 'servers');
  await array.breakCopiesOf('[san-1] web01/web01_2.vmdk', 'the array is ill');
  await run(['execute', 'checkPlan']);
  const vm = writeVm('web01');
  await run(['start', 'migrateVm'], vm);
  expect((await untilParked(vm)).attention?.failure.message).toContain('the array is ill');
  // Lists are Temporal's visibility, which learns of it some moments later.
  await eventuallyPasses(async () =>
    expect(await run(['list'])).toContain(`"workflowId": "migrate-vm/${vm.VCENTER_UUID}/${vm.MOREF}"`),
  );
  await array.mend();
  await run(['update execute', 'retry'], vm);
  expect(await outcomeOf(vm)).toMatchObject({
    outcome: 'succeeded',
    decisions: [{ action: 'retry', who: 'ann', why: 'the array has space again' }],
  });
});

test('a VM that is cancelled is given back', async () => {
  await array.breakCopiesOf('[san-1] db01/db01.vmdk', 'the array is ill');
  const vm = writeVm('db01');
  await run(['start', 'migrateVm'], vm);
  await untilParked(vm);
  await run(['cancel'], vm);
  expect(await outcomeOf(vm)).toMatchObject({ outcome: 'aborted', decisions: [{ action: 'cancel' }] });
});

test('no command of the document was left out', () => {
  expect(commands.length).toBeGreaterThan(5);
  expect([...unused]).toEqual([]);
});

function outcomeOf({ VCENTER_UUID, MOREF }: Record<string, string>): Promise<unknown> {
  return whole.temporal.workflow.getHandle(`migrate-vm/${VCENTER_UUID}/${MOREF}`).result();
}
