import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import * as workflows from '../../workflows';
import { workflowBundle } from '../support/workflow-bundle';
import { HISTORIES, MUST_FAIL, record, type RecordedHistory } from './record';

const FILES = (readdirSync(HISTORIES, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.json'))
  .sort();
const RECORDED = FILES.filter((file) => !file.startsWith(MUST_FAIL));
const TAMPERED = FILES.filter((file) => file.startsWith(MUST_FAIL));

let codePath: string;
beforeAll(async () => {
  codePath = await workflowBundle();
});

function read(file: string): RecordedHistory {
  return JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as RecordedHistory;
}

function replay(file: string): Promise<void> {
  const { workflowId, history } = read(file);
  return Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowId);
}

/** Instead of replaying: see `record.ts`. */
if (process.env.DROVER_RECORD_HISTORIES) test('histories are recorded', record);
else replayAll();

function replayAll(): void {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  test('every workflow type has a history', () => {
    const types = RECORDED.map((file) => basename(file).split('.')[0]);
    const kebab = Object.keys(workflows).map((name) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    );

    expect([...new Set(types)].sort()).toEqual(kebab.sort());
  });

  test.each(FILES)('%s was recorded with the flags that make a replay strict', (file) => {
    const flags = read(file).history.events.flatMap((event) => {
      const completed = event.workflowTaskCompletedEventAttributes as
        { sdkMetadata?: { coreUsedFlags?: number[] } } | undefined;
      return completed?.sdkMetadata?.coreUsedFlags ?? [];
    });

    expect(flags.length).toBeGreaterThan(0);
  });

  test.each(RECORDED)('the workflows of today still do what %s says', async (file) => {
    await expect(replay(file)).resolves.toBeUndefined();
  });

  test('a replay notices that a workflow does something else', async () => {
    expect(TAMPERED).toHaveLength(1);
    for (const file of TAMPERED) await expect(replay(file)).rejects.toThrow(/[Nn]ondeterminism|determinism/);
  });
}
