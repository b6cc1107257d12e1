import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readArchive, type RecordedHistory } from '../../../client/history/recorded';
import type { Replayed } from '../../../client/history/replayed';
import { replay } from '../../../workers/replay/replay';
import { PRESENT_FOLDER } from '../../replay/histories';
import { workflowBundle } from '../../support/workflow-bundle';

const HISTORIES = PRESENT_FOLDER;

let codePath: string;
beforeAll(async () => {
  codePath = await workflowBundle();
});

interface Stored {
  workflowId: string;
  history: object;
}

/** @param change of the text of the file, as if other code had written it */
function recorded(file: string, change = (text: string) => text): RecordedHistory {
  const text = change(readFileSync(`${HISTORIES}/${file}.json`, 'utf8'));
  const { workflowId, history } = JSON.parse(text) as Stored;
  const [first] = readArchive(file, JSON.stringify({ ...history, workflowId }));
  return first!;
}

function replayed(file: string, change?: (text: string) => string): Promise<Replayed> {
  return replay(recorded(file, change), { workflowBundle: { codePath } });
}

/** The line of a file that holds a text. */
function lineWith(file: string, text: string): string {
  const lines = readFileSync(resolve(__dirname, '../../..', file), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes(text));
  expect(at).toBeGreaterThan(-1);
  return `${file}:${at + 1}`;
}

test('a history that the code would write again is the same', async () => {
  expect(await replayed('migrate-vm.retried')).toMatchObject({
    workflowType: 'migrateVm',
    verdict: 'same',
    why: null,
    event: null,
    line: null,
  });
});

test('an activity of another name is named with its event and the line of the code that asks for it', async () => {
  const text = readFileSync(`${HISTORIES}/migrate-vm.retried.json`, 'utf8');
  const { events } = (JSON.parse(text) as { history: { events: Record<string, unknown>[] } }).history;
  const scheduled = events.find((event) =>
    JSON.stringify(event).includes('"activityType":{"name":"bindVolumes"}'),
  );

  expect(
    await replayed('migrate-vm.retried', (all) => all.replaceAll('"bindVolumes"', '"bindAll"')),
  ).toMatchObject({
    verdict: 'differs',
    why: expect.stringMatching(/'bindAll' does not match .* 'bindVolumes'/) as string,
    event: { id: Number(scheduled!.eventId), type: 'ActivityTaskScheduled' },
    line: lineWith('workflows/migrate-vm/phases.ts', '.bindVolumes('),
  });
});

test('a child with another id is named with the line that starts it', async () => {
  expect(await replayed('must-fail.other-disk')).toMatchObject({
    verdict: 'differs',
    event: { type: 'StartChildWorkflowExecutionInitiated' },
    line: lineWith('workflows/migrate-vm/copies.ts', 'executeChild(copyDisk'),
  });
});

test('an event that the code never asks for is named', async () => {
  const withoutCheck = await replayed('migrate-vm.retried', (all) =>
    all.replaceAll('core_patch', 'core_other'),
  );
  expect(withoutCheck).toMatchObject({ verdict: 'differs', event: { id: expect.any(Number) as number } });
});

test('a workflow that this version does not have fails, and says so', async () => {
  expect(
    await replayed('migrate-vm.retried', (all) => all.replaceAll('"migrateVm"', '"moveVm"')),
  ).toMatchObject({
    verdict: 'fails',
    why: expect.stringContaining('no such function is exported by the workflow bundle') as string,
  });
});
