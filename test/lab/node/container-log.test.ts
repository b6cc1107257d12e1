import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerLog, readLog } from '../../../lab/node/container-log';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-log-'));
  file = join(dir, 'main', '0.log');
});
afterEach(() => rmSync(dir, { recursive: true }));

const ALL = { timestamps: false, since: null, tailLines: null };

test('lines are kept whole, however the output was cut, and the last needs no line end', () => {
  const log = new ContainerLog(file);
  log.write('stdout', 'one\ntw');
  log.write('stderr', 'other\n');
  log.write('stdout', 'o\nthree');
  expect(readLog(file, ALL)).toEqual(['one', 'other', 'two']);
  log.end();
  expect(readLog(file, ALL)).toEqual(['one', 'other', 'two', 'three']);
});

test('a reader gets the last lines, those since a moment, and their times where it asks for them', () => {
  new ContainerLog(file);
  writeFileSync(
    file,
    '2030-01-01T00:00:01.000Z one\n2030-01-01T00:00:02.000Z two\n2030-01-01T00:00:03.000Z three\n',
  );
  expect(readLog(file, { ...ALL, tailLines: 2 })).toEqual(['two', 'three']);
  expect(readLog(file, { ...ALL, tailLines: 0 })).toEqual([]);
  expect(readLog(file, { ...ALL, since: Date.parse('2030-01-01T00:00:03Z') })).toEqual(['three']);
  expect(readLog(file, { ...ALL, timestamps: true, tailLines: 1 })).toEqual([
    '2030-01-01T00:00:03.000Z three',
  ]);
});

test('followers hear of each line as it is written, and of the end', () => {
  const log = new ContainerLog(file);
  const heard: string[] = [];
  log.on('line', (line) => heard.push(line.split(' ')[1] ?? ''));
  log.once('end', () => heard.push('END'));
  log.write('stdout', 'one\ntwo\n');
  log.end();
  expect(heard).toEqual(['one', 'two', 'END']);
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
});
