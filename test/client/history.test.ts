import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimelineEntry } from '../../client/history/timeline';
import type { Replayed } from '../../client/history/replayed';
import { BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../support/workflow-lab';
import { drover } from './recording-io';

let lab: WorkflowLab;
let folder: string;
beforeAll(async () => {
  lab = await WorkflowLab.start({ lists: true });
  folder = mkdtempSync(join(tmpdir(), 'drover-history-'));
});
afterAll(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true });
});

/** One whose only disk fails until an operator says that it may go on. */
async function retried(): Promise<string> {
  const vm = frozenVm({ methods: [BY_PLUGIN], policy: { copyAttempts: 1 } });
  lab.world(vm).script.fail('awaitPlugin', 'CopyFailed', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.executeUpdate('retry', { args: [OPERATOR] });
  await handle.result();
  return vm.vm.name;
}

async function timeline(...args: string[]): Promise<TimelineEntry[]> {
  const { code, stdout, stderr } = await drover(lab.shell, 'history', ...args, '-o', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as TimelineEntry[];
}

function parts(entries: readonly TimelineEntry[], ...kinds: TimelineEntry['kind'][]): string[] {
  return entries.filter(({ kind }) => kinds.includes(kind)).map(({ what, outcome }) => `${what}: ${outcome}`);
}

test('tells the phases, the copies with their ends, what it waited for, and who decided why', async () => {
  const entries = await timeline(await retried());
  const phases = parts(entries, 'phase').map((phase) => phase.replace(': done', ''));
  expect(phases.slice(0, 2)).toEqual(['check', 'volumes']);
  expect(phases.slice(-6)).toEqual(['copy', 'convert', 'create-vm', 'start-vm', 'verify', 'tidy']);
  expect(parts(entries, 'copy', 'parked', 'decision', 'end')).toEqual([
    'copy: failed',
    'parked: CopyFailed: done',
    `retry by ${OPERATOR.who}: done`,
    'copy: done',
    'succeeded: done',
  ]);
  expect(entries.find(({ kind }) => kind === 'decision')).toMatchObject({ why: OPERATOR.why, phase: 'copy' });
  expect(entries.filter(({ disk }) => disk === 0).map(({ what }) => what)).toContain('copy by plugin');
  expect(entries.every(({ seconds }) => seconds === null || seconds >= 0)).toBe(true);
});

test('tells of a migration that an operator terminated, who did it and why, and that its steps went no further', async () => {
  const vm = frozenVm();
  const { reached } = lab.world(vm).script.hold('bindVolumes', true);
  const handle = await lab.migrate(vm);
  await reached;
  await handle.terminate('the host burns');
  const entries = await timeline(vm.vm.name);
  expect(entries.at(-1)).toMatchObject({ kind: 'end', why: 'the host burns' });
  expect(entries.at(-1)?.what).toMatch(/^terminated by ./);
  expect(entries.find(({ what }) => what.startsWith('make the volumes'))).toMatchObject({
    outcome: 'stopped',
  });
});

test('shows a table that no name or reason can turn into anything else', async () => {
  const vm = frozenVm();
  lab.world(vm).script.fail('checkTarget', 'QuotaExceeded');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  await handle.executeUpdate('abort', { args: [{ who: 'ann\u001b[2J', why: 'no\nroom' }] });
  await handle.result();
  const { stdout } = await drover(lab.shell, 'history', vm.vm.name);
  expect(stdout).toContain('abort by ann\\u001b[2J');
  expect(stdout).toMatch(/no\\u000aroom/);
});

test('writes a file that replays without Temporal, and no file over another', async () => {
  const name = await retried();
  const file = join(folder, 'exported.json');
  expect(await drover(lab.shell, 'history', name, '--export', file)).toMatchObject({
    code: 0,
    stdout: `${file} holds 3 histories; replay them: drover replay -f ${file}\n`,
  });
  expect(await drover({}, 'replay', '-f', file)).toEqual({
    code: 0,
    stdout: '3 of 3 histories replay\n',
    stderr: '',
  });

  mkdirSync(join(folder, 'all'));
  writeFileSync(join(folder, 'all', 'one.json'), readFileSync(file));
  expect(await drover({}, 'replay', '-f', join(folder, 'all'))).toMatchObject({
    stdout: '3 of 3 histories replay\n',
  });

  const again = await drover(lab.shell, 'history', name, '--export', file);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('it exists already') as string });
  expect(readFileSync(file, 'utf8')).toContain('drover.histories/v1');
});

test('a replay of what other code has written names the event and the line, and exits with its own code', async () => {
  const file = join(folder, 'other.json');
  expect((await drover(lab.shell, 'history', await retried(), '--export', file)).code).toBe(0);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"bindVolumes"', '"bindAll"'));
  const { code, stdout } = await drover({}, 'replay', '-f', file, '-o', 'json');
  expect(code).toBe(6);
  const [own, ...copies] = JSON.parse(stdout) as Replayed[];
  expect(own).toMatchObject({
    verdict: 'differs',
    event: { type: 'ActivityTaskScheduled' },
    line: expect.stringMatching(/^workflows\/migrate-vm\/phases\.ts:\d+$/) as string,
  });
  expect(copies.map(({ verdict }) => verdict)).toEqual(['same', 'same']);
});

test('a replay takes VMs by name, and whatever a query finds', async () => {
  const name = await retried();
  expect(await drover(lab.shell, 'replay', name)).toMatchObject({
    code: 0,
    stdout: '3 of 3 histories replay\n',
  });
  const found = await drover(
    lab.shell,
    'replay',
    '--query',
    `DroverVm = '${name}' AND WorkflowType = 'migrateVm'`,
  );
  expect(found).toMatchObject({ code: 0, stdout: '1 of 1 histories replay\n' });
});

const NOBODYS = JSON.stringify({
  events: [
    {
      eventId: '1',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
      workflowExecutionStartedEventAttributes: {},
    },
  ],
});

test.each([
  ['no JSON', 'nothing', /is not JSON/],
  ['no history', '{"format":"drover.histories/v1","histories":[]}', /holds no histories/],
  ['events of nobody', NOBODYS, /does not say the id of its workflow/],
  [
    'events that are none',
    '{"workflowId":"w","events":[{"eventType":"EVENT_TYPE_NONE_OF_OURS"}]}',
    /can't read/,
  ],
])('a file with %s is refused in one line', async (_, text, reason) => {
  const file = join(folder, 'bad.json');
  writeFileSync(file, text);
  const { code, stderr, stdout } = await drover({}, 'replay', '-f', file);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(reason);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a query that Temporal can not read is refused, and so is nothing at all', async () => {
  expect(await drover(lab.shell, 'replay', '--query', 'Nonsense <> (')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Temporal can't read the query") as string,
  });
  expect(await drover(lab.shell, 'replay')).toMatchObject({ code: 2 });
});
