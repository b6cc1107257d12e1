import { type DeclaredCommand, everyCommand } from './every-option';
import { drover } from './recording-io';

/** Who connects would wait for this address, and end with 4. */
const NOWHERE = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

let commands: DeclaredCommand[];
beforeAll(async () => {
  commands = await everyCommand();
});

const OWN = ['help', 'version'];
const optionsOf = ({ options }: DeclaredCommand) =>
  options.filter(({ name, positional }) => !positional && !OWN.includes(name));
const positionalsOf = ({ options }: DeclaredCommand) => options.filter(({ positional }) => positional);

/** Names in the places where the command takes them; so that only the abuse is wrong. */
const places = (command: DeclaredCommand) =>
  positionalsOf(command).map(({ name }) => (name === 'kind' ? 'vms' : 'web-01'));

async function refused(command: DeclaredCommand, ...abuse: string[]): Promise<string> {
  const args = [...command.words, ...places(command), ...abuse];
  const { code, stdout, stderr } = await drover(NOWHERE, ...args);
  const lines = stderr.trimEnd().split('\n');
  expect({ args, code, stdout, lines: lines.length }).toEqual({ args, code: 2, stdout: '', lines: 1 });
  return stderr;
}

/** Each abuse of each option of this kind, and what is said of it. */
async function sweep(
  kind: 'switch' | 'number' | 'value' | 'any',
  abuse: (name: string) => string[],
  words: string,
): Promise<void> {
  let swept = 0;
  for (const command of commands) {
    for (const option of optionsOf(command)) {
      if (kind !== 'any' && option.kind !== kind) continue;
      for (const name of [
        `--${option.name}`,
        ...option.aliases.filter((alias) => alias.length === 1).map((a) => `-${a}`),
      ]) {
        expect(await refused(command, ...abuse(name))).toContain(words);
        swept += 1;
      }
    }
  }
  expect(swept).toBeGreaterThan(5);
}

test('knows every command and its options', () => {
  expect(commands.map(({ words }) => words.join(' '))).toEqual([
    'plan check',
    'migrate',
    'status',
    'retry',
    'reset',
    'adopt',
    'remove-leftovers',
    'abort',
    'cancel',
    'rollback',
    'finalize',
    'wave list',
    'wave status',
    'wave report',
    'wave pause',
    'wave resume',
    'wave skip',
    'wave cancel',
    'wave add',
    'schedule list',
    'schedule remove',
    'limits show',
    'limits set',
    'logs',
    'console',
    'history',
    'replay',
    'inventory',
    'setup',
    'worker',
    'versions list',
    'versions may-retire',
    'versions set-current',
    'doctor',
    'plugin test',
    'lab up',
    'lab down',
    'lab status',
    'lab push',
  ]);
  const named = (words: string) => commands.find((command) => command.words.join(' ') === words);
  expect(named('logs')?.options).toContainEqual({
    name: 'lines',
    aliases: ['n'],
    kind: 'number',
    mayRepeat: false,
    positional: false,
  });
  expect(named('lab up')?.options.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['dir', 'output', 'guest']),
  );
});

describe('of every command', () => {
  test('no switch takes a value', async () => {
    for (const value of ['banana', 'true', 'false', '', '1'])
      await sweep('switch', (name) => [`${name}=${value}`], 'is a switch and takes no value');
    await sweep('switch', (name) => [name, 'false'], 'is a switch and takes no value');
  });

  test('no option that takes a value is switched off', async () => {
    for (const kind of ['number', 'value'] as const)
      await sweep(kind, (name) => [`--no-${name.replace(/^--?/, '')}`], 'takes a value; leave it out');
  });

  test('no option that takes a value goes without one', async () => {
    for (const kind of ['number', 'value'] as const) {
      await sweep(kind, (name) => [name], 'needs a value');
      await sweep(kind, (name) => [name, '--help-me'], 'needs a value');
      await sweep(kind, (name) => [`${name}=`], 'is empty');
      await sweep(kind, (name) => [name, ' '], 'is empty');
    }
    await sweep('value', (name) => [name, ''], 'is empty');
  });

  test('a number is a whole one, written plainly', async () => {
    const nonsense = [
      '1e99',
      '-5',
      '-0.5',
      'NaN',
      'Infinity',
      '0x10',
      '1.5',
      '007',
      '1,000',
      'many',
      '9'.repeat(400),
    ];
    for (const value of nonsense) {
      await sweep('number', (name) => [name, value], 'is a whole number');
      await sweep('number', (name) => [`${name}=${value}`], 'is a whole number');
    }
    await sweep('number', (name) => [name, '999999999999'], 'is a whole number from');
  });

  test('an option that is meant once is given once', async () => {
    for (const command of commands) {
      for (const { name, kind, aliases, mayRepeat } of optionsOf(command)) {
        if (mayRepeat) continue;
        const value = kind === 'switch' ? [] : ['1'];
        for (const again of [name, ...aliases]) {
          const second = `${again.length === 1 ? '-' : '--'}${again}`;
          expect(await refused(command, `--${name}`, ...value, second, ...value)).toContain('is given twice');
        }
        if (kind === 'switch')
          expect(await refused(command, `--${name}`, `--no-${name}`)).toContain('is given twice');
      }
    }
  });

  test('words after --, empty words, words too many and options with one dash are refused', async () => {
    for (const command of commands) {
      expect(await refused(command, '--', 'web-02')).toContain('-- is not read');
      expect(await refused(command, '')).toContain('an argument is empty');
      await refused(command, 'one-too-many');
      for (const { name } of optionsOf(command).filter((option) => option.name.length > 1))
        expect(await refused(command, `-${name}`)).toContain(`write --${name}`);
      for (const { name } of positionalsOf(command))
        expect(await refused(command, `--${name}`, 'x')).toContain(`without --${name}`);
    }
  });

  test('a choice is one of those that there are', async () => {
    for (const command of commands.filter((one) => one.options.some(({ name }) => name === 'output')))
      await refused(command, '--output', 'junk');
  });
});

test.each([
  [['statsu'], 'Unknown argument: statsu; did you mean "status"?'],
  [['status', '--ouput', 'json'], 'Unknown argument: ouput; did you mean "--output"?'],
  [['plan', 'chek'], 'name one of: check'],
  [
    ['logs', 'web-01', '-n20'],
    '-n20 is no option; write letters one by one, with a space before a value: -n 20',
  ],
  [['status', '--watch.x', '1'], 'Unknown argument'],
  [['status', '--plan', 'a/b/c'], '--plan is namespace/name, not "a/b/c"'],
  [
    ['plugin', 'test', 'i:1', '--storageClass', 'a', '--storage-class', 'b'],
    '--storage-class is given twice',
  ],
  [['plugin', 'test', 'i:1', '--sha256', 'abc'], '--sha256 is 64 hexadecimal digits'],
  [
    ['retry', 'web-01', '--why', '-x'],
    '--why needs a value; one that begins with a dash is written --why=-x',
  ],
])('%j is refused with what is right', async (args, words) => {
  const { code, stderr } = await drover(NOWHERE, ...args);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) as string });
});

test('a value that begins with a dash, and a switch that is off, are taken as they are written', async () => {
  // Both get as far as the connection.
  for (const args of [
    ['retry', 'web-01', '--why=-x'],
    ['status', '--no-running'],
  ])
    expect(await drover(NOWHERE, ...args)).toMatchObject({ code: 4 });
});
