/** What a node that was killed has left in its journal. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { note, readJournal } from '../../../lab/journal';
import { formerRuns, runKey } from '../../../lab/node/former-runs';

let dir: string;
let journal: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-journal-'));
  journal = join(dir, 'containers.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true }));

function begin(id: string, uid: string): void {
  note(journal, { id, uid, pod: `pod-${uid}`, container: 'main', image: 'image' });
}

test('a node that never ran knows of nothing', () => {
  expect(formerRuns(journal).size).toBe(0);
});

test('of each container it knows how many runs there were, and how the last of them ended', () => {
  begin('1', 'a');
  note(journal, { id: '1', exitCode: 1, reason: 'Error' });
  begin('2', 'b');
  begin('3', 'a');
  note(journal, { id: '3', exitCode: 0, reason: 'Completed', message: 'done' });
  const found = formerRuns(journal);
  expect(found.get(runKey('a', 'main'))).toMatchObject({ count: 2, last: { exitCode: 0, message: 'done' } });
  expect(found.get(runKey('b', 'main'))).toEqual({ count: 1, last: null });
});

test('a run that ended with the node ends in the record, once', () => {
  begin('1', 'a');
  formerRuns(journal);
  expect(readJournal(journal).at(-1)).toMatchObject({ id: '1', exitCode: 137 });
  const { length } = readJournal(journal);
  expect(formerRuns(journal).get(runKey('a', 'main'))).toEqual({ count: 1, last: null });
  expect(readJournal(journal)).toHaveLength(length);
});

test('half a line, as a kill leaves it, is none', () => {
  begin('1', 'a');
  appendFileSync(journal, '{"at":1,"id":"2","uid":"b"');
  expect([...formerRuns(journal).keys()]).toEqual([runKey('a', 'main')]);
  expect(readJournal(journal)).toMatchObject([
    { id: '1', uid: 'a' },
    { id: '1', exitCode: 137 },
  ]);
});
