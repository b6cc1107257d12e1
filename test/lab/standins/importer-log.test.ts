import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastReport } from '../../../lab/standins/cdi/importer-log';

const RUN = { podUid: 'uid-1', restarts: 0 };

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-importer-log-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function write(folder: string, ...lines: string[]): void {
  mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, folder, '0.log'), lines.map((line) => `${line}\n`).join(''));
}

test('an importer that has printed nothing has reported nothing', () => {
  expect(lastReport(dir, RUN)).toBeNull();
});

test.each([
  ['a sandboxed node', 'logs/uid-1/importer', ''],
  [
    'a real node, as its kubelet and containerd keep them',
    'kubelet-logs/ns_importer-a_uid-1/importer',
    'stdout F ',
  ],
])('the last report is found in the logs of %s', (_, folder, mark) => {
  write(
    folder,
    `2026-01-01T00:00:00Z ${mark}{"progress": 1, "bytes": 10}`,
    `2026-01-01T00:00:01Z ${mark}{"progress": 2, "bytes": 20}`,
  );
  expect(lastReport(dir, RUN)).toEqual({ progress: 2, bytes: 20 });
});
