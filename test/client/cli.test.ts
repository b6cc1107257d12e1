import { drover } from './recording-io';

const COMMANDS = [
  ['plan', 'check'],
  ['migrate'],
  ['status'],
  ['retry'],
  ['abort'],
  ['cancel'],
  ['console'],
  ['inventory'],
  ['setup'],
  ['worker'],
  ['plugin', 'test'],
];

it.each(COMMANDS)('drover %s %s shows its options and an example in its help', async (...command) => {
  const words = command.filter((word) => word !== undefined);
  const answer = await drover({}, ...words, '--help');
  expect(answer).toMatchObject({ code: 0, stderr: '' });
  expect(answer.stdout).toContain(`drover ${words.join(' ')}`);
  expect(answer.stdout).toMatch(/Examples:\n +\S*.*drover /);
});

it('lists commands and exit codes in its help', async () => {
  const { stdout } = await drover({}, '--help');
  for (const [command] of COMMANDS) expect(stdout).toContain(`drover ${command}`);
  for (const code of [0, 1, 2, 3, 4, 5, 70, 74, 130]) expect(stdout).toMatch(new RegExp(`^  ${code} `, 'm'));
});

it.each([
  [['migrat'], 'Unknown argument: migrat'],
  [[], 'name a command'],
  [['migrate'], 'give the manifests: -f plan.yaml'],
  [['retry', 'web-01'], 'say why: --why'],
  [['status', '--output', 'xml'], 'Invalid values'],
  [['inventory', 'clouds', '-f', 'x.yaml'], 'Invalid values'],
  [['status', '--watch'], 'give --plan and no VM'],
  [['plan'], 'name one of: check;'],
  [['plugin'], 'name one of: test;'],
  [['plan', 'chek'], 'name one of: check;'],
  [['plugin', 'test'], 'a name is missing; write: drover plugin test <image>'],
  [['console'], 'a name is missing; write: drover console <vm>'],
  [['inventory'], 'a name is missing; write: drover inventory <kind>'],
  [['plugin', 'test', 'i:1', '--kubeconfig', 'k'], 'give --file, --vm, --namespace and --storage-class'],
  [['plugin', 'test', 'i:1', '--var', 'POOL'], '--var POOL is not KEY=VALUE'],
  [['plugin', 'test', 'i:1', '--var', 'COPY_ID=x'], 'Drover itself tells every plugin this one'],
])('%j is refused with exit code 2', async (args, reason) => {
  const address = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const answer = await drover(address, ...args);
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).toContain(reason);
});

it('prints a completion script', async () => {
  const { code, stdout } = await drover({}, 'completion');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('drover') as string });
});
