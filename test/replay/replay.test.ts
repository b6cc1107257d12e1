import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import * as workflows from '../../workflows';
import { workflowBundle } from '../support/workflow-bundle';
import { FILES, PRESENT, isTampered, readHistory, typeOf } from './histories';
import { record } from './record';

const RECORDED = FILES.filter((file) => !isTampered(file));
const TAMPERED = FILES.filter(isTampered);

let codePath: string;
beforeAll(async () => {
  codePath = await workflowBundle();
});

function replay(file: string): Promise<void> {
  const { workflowId, history } = readHistory(file);
  return Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowId);
}

/** Instead of replaying: see `record.ts`. */
if (process.env.DROVER_RECORD_HISTORIES) test('histories are recorded', record);
else replayAll();

function replayAll(): void {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  test('every workflow type has a history of the release to come', () => {
    const types = RECORDED.filter((file) => file.startsWith(`${PRESENT}/`)).map(typeOf);
    const kebab = Object.keys(workflows).map((name) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    );

    expect([...new Set(types)].sort()).toEqual(kebab.sort());
  });

  test.each(FILES)('%s was recorded with the flags that make a replay strict', (file) => {
    const flags = readHistory(file).history.events.flatMap((event) => {
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
    expect(TAMPERED.length).toBeGreaterThan(0);
    for (const file of TAMPERED) await expect(replay(file)).rejects.toThrow(/[Nn]ondeterminism|determinism/);
  });
}
