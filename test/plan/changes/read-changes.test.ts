/** Each key of `drover retry --set`: what it takes, and what it refuses. */
import { CHANGE_KEYS, type ChangeKey, isOfDisk } from '../../../plan/changes/keys';
import { readChanges } from '../../../plan/changes/read-changes';
import { formatProblem } from '../../../plan/problem';

/** A value that is right, as it is read, and one that is wrong. */
const CASES: Record<ChangeKey, [right: string, read: unknown, wrong: string]> = {
  'disk.N.storageClass': ['gold', 'gold', 'Gold Class'],
  'disk.N.volumeMode': ['Block', 'Block', 'block'],
  'disk.N.accessMode': ['ReadWriteMany', 'ReadWriteMany', 'ReadOnlyMany'],
  'disk.N.image': [
    'registry.example.com/vendor/offload:2',
    'registry.example.com/vendor/offload:2',
    'no image',
  ],
  'disk.N.vars.NAME': ['a=b c', 'a=b c', 'x'.repeat(5_000)],
  'disk.N.fallback': ['import', 'import', 'none'],
  conversion: ['skip', 'skip', 'run'],
  conversionImage: ['registry.example.com/conversion:2', 'registry.example.com/conversion:2', ':'],
  conversionTempStorageSize: ['8Gi', 8 * 2 ** 30, '8GB'],
  onUnconvertible: ['startUnconverted', 'startUnconverted', 'abort'],
  maxConcurrentDisks: ['2', 2, '0'],
  copyAttempts: ['5', 5, '21'],
  importRestarts: ['0', 0, '-1'],
  copyDeadline: ['48h', 172_800, '48'],
  copyStartDeadline: ['10m', 600, '21d'],
  stallWarning: ['30m', 1_800, 'never'],
  stallDeadline: ['never', 'never', '0s'],
  convertAttempts: ['10', 10, '1.5'],
  convertDeadline: ['4h', 14_400, ''],
  convertStartDeadline: ['90s', 90, '90'],
  bindDeadline: ['1h', 3_600, '1 h'],
  shutdownTimeout: ['15m', 900, 'soon'],
  onShutdownTimeout: ['powerOff', 'powerOff', 'PowerOff'],
  startDeadline: ['20m', 1_200, 'x'],
  'verify.by': ['port', 'port', 'ping'],
  'verify.pattern': ['login:', 'login:', '('],
  'verify.port': ['3389', 3_389, '65536'],
  'verify.timeout': ['5m', 300, '5'],
  parkDeadline: ['30d', 2_592_000, '366d'],
};

const written = (row: string) => row.replace('disk.N', 'disk.0').replace('NAME', 'POOL');

test.each(Object.entries(CASES))('%s', (row, [right, value, wrong]) => {
  const key = written(row);
  expect(readChanges({ [key]: right })).toMatchObject({ problems: [], changes: [{ row, key, value }] });

  const { changes, problems } = readChanges({ [key]: wrong });
  expect(changes).toEqual([]);
  expect(problems.map(formatProblem)).toEqual([expect.stringMatching(new RegExp(`^${key}: .+; .+`))]);
});

test('what is no key is refused with what was meant; all problems come at once', () => {
  const { problems } = readChanges({
    'disk.0.storageclass': 'gold',
    copyDedline: '2h',
    'disk.0.secret': 'vendor-login',
    'disk.N.image': 'a',
    toString: 'a',
    'disk.0.constructor': 'a',
    copyDeadline: 'x',
  });
  expect(problems.map(formatProblem)).toEqual([
    'disk.0.storageclass: it is no key; did you mean "disk.N.storageClass"?',
    expect.stringMatching(/^copyDedline: it is no key; did you mean "copyDeadline"/),
    'disk.0.secret: it is no key; Secrets are named in the plan, and no retry changes them',
    expect.stringMatching(/^disk\.N\.image: it is no key; did you mean "disk\.N\.image"/),
    expect.stringMatching(/^toString: it is no key; give one of: /),
    expect.stringMatching(/^disk\.0\.constructor: it is no key; /),
    expect.stringMatching(/^copyDeadline: is "x"; /),
  ]);
});

test('keys of disks are those that begin so', () => {
  const ofDisks = Object.keys(CHANGE_KEYS).filter((row) => isOfDisk(written(row)));
  expect(ofDisks).toEqual(Object.keys(CHANGE_KEYS).filter((row) => row.startsWith('disk.')));
});
