import { EXIT_CODES } from '../../client/exit-codes';
import { everyCommand } from './every-option';
import { drover } from './recording-io';

test('every command shows its options and an example in its help', async () => {
  for (const { words } of await everyCommand()) {
    const name = words.join(' ');
    const answer = await drover({}, ...words, '--help');
    expect({ name, ...answer }).toMatchObject({ name, code: 0, stderr: '' });
    expect(answer.stdout).toContain(`drover ${name}`);
    expect({ name, help: answer.stdout }).toEqual({
      name,
      help: expect.stringMatching(/Examples:\n +\S*.*drover /) as string,
    });
  }
});

test('lists commands and exit codes in its help', async () => {
  const { stdout } = await drover({}, '--help');
  for (const { words } of await everyCommand()) expect(stdout).toContain(`drover ${words[0]}`);
  for (const { code } of Object.values(EXIT_CODES)) expect(stdout).toMatch(new RegExp(`^  ${code} `, 'm'));
});

test.each([
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
  [['inventory', 'vms'], 'give the manifests: -f plan.yaml, or --provider NAMESPACE/NAME'],
  [['inventory', 'vms', '--provider', 'vcenter'], '--provider is NAMESPACE/NAME'],
  [['plugin', 'test', 'i:1', '--kubeconfig', 'k'], 'give --file, --vm, --namespace and --storage-class'],
  [['plugin', 'test', 'i:1', '--var', 'POOL'], '--var POOL is not KEY=VALUE'],
  [
    ['plugin', 'test', 'i:1', '--var', 'COPY_ID=x'],
    'Drover sets this variable for every plugin; use another name',
  ],
])('%j is refused with exit code 2', async (args, reason) => {
  const address = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const answer = await drover(address, ...args);
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).toContain(reason);
});

test('prints a completion script', async () => {
  const { code, stdout } = await drover({}, 'completion');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('drover') as string });
});
