/** `drover limits`: what may be copied at once, and changing it. */
import { doubtsOf, readLimitArguments } from '../../client/limit-arguments';
import type { ReadLimits } from '../../client/limits';
import { Stage } from '../workflows/transfer-slots/stage';
import { eventually } from '../support/eventually';
import { type CliAnswer, drover } from './recording-io';

const VCENTER = '6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10';
const ESX1 = `host/${VCENTER}/esx1.example.com` as const;
const WHY = ['--why', 'users complain', '--who', 'ann'];

let stage: Stage;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  stage = await Stage.start();
  const { address, namespace } = stage.lab.env;
  env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
});
afterAll(() => stage.lab.stop());

const limits = (...args: string[]): Promise<CliAnswer> => drover(env, 'limits', ...args);

/** What `show` says for a machine. */
async function shown(): Promise<ReadLimits> {
  const { code, stdout } = await limits('show', '-o', 'json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as ReadLimits;
}

// The tests tell one story, in this order: there is one transferSlots in a namespace.

test('before any migration the defaults are shown, and said to be that', async () => {
  const { code, stdout } = await limits('show');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^host +10 +10 +imports that read from one ESXi host$/m);
  expect(stdout).toMatch(/^conversions +20 +20 +conversions in one target cluster$/m);
  expect(stdout).toContain('NOTE: no migration has asked for a slot yet');
  expect(await shown()).toMatchObject({ isLive: false, resources: [], decisions: [] });
});

test('limits are set before any migration, with who and why', async () => {
  const answer = await limits('set', 'host=4', 'datastore=0', ...WHY);
  expect(answer).toEqual({
    code: 0,
    stdout: 'from now on: host=4, datastore=0; 0 means that nothing starts there: datastore\n',
    stderr: '',
  });
  const { stdout } = await limits('show');
  expect(stdout).toMatch(/^host +4 +10 /m);
  expect(stdout).toMatch(/^datastore +0: nothing starts +15 /m);
  expect(stdout).toMatch(/^decision: \S+ \S+Z host=4, datastore=0 by ann: users complain$/m);
  expect(await limits('set', 'datastore=default', '-o', 'json', ...WHY)).toMatchObject({
    stdout: '{\n  "changed": true,\n  "done": "from now on: datastore=default"\n}\n',
  });
});

test('one resource is named by the end of its name, and says what it is used for', async () => {
  const holder = await stage.migration();
  await stage.ask(holder, 1, { wants: [{ key: 'disk', needs: [ESX1], seconds: null }] });
  await eventually(async () => (await stage.held(holder)).length === 1);
  const { stdout } = await limits('set', 'host/esx1.example.com=0', ...WHY);
  expect(stdout).toContain(
    `nobody loses anything; nothing more starts until use has fallen: ${ESX1} (1 in use, limit 0)`,
  );
  expect((await limits('show')).stdout).toMatch(
    new RegExp(`^${ESX1} +0: nothing starts \\(its own\\) +1 +0$`, 'm'),
  );
  expect((await shown()).resources).toEqual([{ resource: ESX1, limit: 0, isSet: true, used: 1, waiting: 0 }]);
  await stage.release(holder, 'disk');
});

test('where it was terminated, its limits are shown as Temporal keeps them', async () => {
  await stage.slots.terminate();
  const view = await shown();
  expect(view).toMatchObject({
    isLive: false,
    note: expect.stringContaining('transferSlots does not run now') as string,
  });
  expect(view.kinds.find(({ kind }) => kind === 'host')?.limit).toBe(4);
  expect((await limits('show')).stdout).toMatch(
    new RegExp(`^${ESX1} +0: nothing starts \\(its own\\) +\\? +\\?$`, 'm'),
  );
  expect((await limits('set', 'host=5', ...WHY)).code).toBe(0);
  expect((await shown()).decisions.map(({ what }) => what).slice(-2)).toEqual([`${ESX1}=0`, 'host=5']);
});

test.each([
  [['hots=3'], 'there is no limit of "hots"; did you mean "host"?'],
  [['host=-1'], 'the limit of host is "-1"; give a whole number from 0 to 100000, or default'],
  [['host=1.5'], 'the limit of host is "1.5"; give a whole number'],
  [['host=1e3'], 'the limit of host is "1e3"; give a whole number'],
  [['host=100001'], 'the limit of host is "100001"; give a whole number'],
  [['host='], 'the limit of host is ""; give a whole number'],
  [['host'], '"host" names no limit; write it as host=4'],
  [['host=1', 'host=2'], 'host is given twice; give it once'],
  [['hots=3', 'vcenter=x'], 'did you mean "host"?; the limit of vcenter is "x"; give a whole number'],
  [[], 'a name is missing; write: drover limits set'],
])('set %j is refused in one line before anything is asked', async (words, reason) => {
  const answer = await drover({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'limits', 'set', ...words, ...WHY);
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).toContain(reason);
  expect(answer.stderr.trim().split('\n')).toHaveLength(1);
});

test('a resource that nobody knows is refused, and its whole name asked for', async () => {
  const answer = await limits('set', 'host/esx9.example.com=2', ...WHY);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain(
    'no host that is known now ends in "esx9.example.com"; give its whole name',
  );
});

test('a whole name that nothing has yet is taken, with a warning that names what it may be a slip of', async () => {
  const near = ESX1.replace('esx1', 'esx7');
  expect(await limits('set', `${near}=2`, ...WHY)).toEqual({
    code: 0,
    stdout: `from now on: ${near}=2\n`,
    stderr: `warning: nothing that is known now is named "${near}": the limit waits until something is; did you mean "${ESX1}"?\n`,
  });
  expect(await limits('set', `${near}=default`, ...WHY)).toMatchObject({ code: 0, stderr: '' });
});

test('only what may be a slip is doubted', () => {
  const known = ['host/a/esx1', 'datastore/a/ssd-1'];
  expect(doubtsOf({ host: 3, 'host/a/esx1': 2, 'plugin/array': null }, known)).toEqual([]);
  expect(doubtsOf({ 'datastore/a/esx1': 1 }, known)).toEqual([
    'nothing that is known now is named "datastore/a/esx1": the limit waits until something is',
  ]);
});

test('an end of a name that two resources share is refused, and both are named', () => {
  const known = ['host/a/esx1', 'host/b/esx1', 'host/a/esx2'];
  expect(readLimitArguments(['host/esx1=2'], known)).toEqual({
    problems: ['2 resources end in "esx1"; give one of host/a/esx1, host/b/esx1'],
  });
  expect(readLimitArguments(['host/esx2=2', 'host/c/esx1=3', 'plugin/array=default'], known)).toEqual({
    changes: { 'host/a/esx2': 2, 'host/c/esx1': 3, 'plugin/array': null },
  });
});
