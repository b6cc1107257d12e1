import type { AttemptRecord } from '../../kit/attempt';
import { judge } from '../../kit/judge';
import type { Point, Verdict } from '../../kit/report';
import type { Copied, Others } from '../../kit/scenarios';

const SECRET = { of: "vCenter's password", value: 's3cret/+=' };
const SOURCE = { bytes: 4096, sha256: 'right', graceSeconds: 60, secrets: [SECRET] };
const FRESH = { left: 'empty', before: 'marked', after: 'marked' };
const RIGHT = { left: 'right', before: 'marked', after: 'marked' };
const OVERWRITTEN = { left: 'empty', before: 'marked', after: 'lost' };

interface Sketch {
  exitCode?: number;
  message?: string;
  stopSeconds?: number;
  output?: string[];
  volume?: Copied['volume'];
}

function copied({
  exitCode = 0,
  message = '',
  stopSeconds,
  output = [],
  volume = RIGHT,
}: Sketch = {}): Copied {
  const why = `exit code ${exitCode}`;
  return { end: { kind: 'ended', exitCode, message, why, stopSeconds: stopSeconds ?? null }, output, volume };
}

const REFUSED = copied({ exitCode: 1, message: '{"error":{"message":"no disk","retryable":false}}' });
const STOPPED = copied({ exitCode: 1, stopSeconds: 1, volume: FRESH });
const KILLED = copied({ exitCode: 137 });
const TWO = { copies: [copied(), copied()], met: true };
const ODD = { copy: copied(), bytes: 64 * 1024 * 1024 + 512, sha256: 'right' };
const GOOD_OTHERS: Others = {
  otherUser: copied(),
  missing: REFUSED,
  stopped: STOPPED,
  adopted: { killed: KILLED, stopped: STOPPED, last: copied() },
  again: { first: copied(), second: copied() },
  disks: TWO,
  ids: TWO,
  odd: ODD,
  chain: { copy: copied(), bytes: 4096, sha256: 'right' },
  afterPowerCut: copied(),
};

function verdicts(whole: Copied, others: Partial<typeof GOOD_OTHERS> | null = {}): Record<string, Verdict> {
  const seen = { whole, others: others === null ? null : { ...GOOD_OTHERS, ...others } };
  return Object.fromEntries(judge(seen, SOURCE).map((verdict) => [verdict.point, verdict]));
}

function notKept(whole: Copied, others: Partial<typeof GOOD_OTHERS> | null = {}): [string, string][] {
  const found = Object.values(verdicts(whole, others)).filter(({ verdict }) => verdict !== 'kept');
  return found.map(({ point, verdict }) => [point, verdict]);
}

test('a plugin that prints nothing keeps the contract', () => {
  expect(notKept(copied())).toEqual([]);
  expect(verdicts(copied()).progress?.found).toBe('none is printed, which is allowed');
});

test('an image that never ran breaks one point, and nothing is said of the others', () => {
  const whole: Copied = {
    end: { kind: 'notStarted', why: 'ImagePullBackOff: not found' },
    output: [],
    volume: null,
  };
  const found = verdicts(whole, null);
  expect(found.copies).toMatchObject({ verdict: 'broken', found: 'ImagePullBackOff: not found' });
  expect(notKept(whole, null).filter(([, verdict]) => verdict === 'broken')).toEqual([['copies', 'broken']]);
});

test.each<[string, Point, Copied, RegExp]>([
  ['bytes that differ', 'bytes', copied({ volume: FRESH }), /not the source's/],
  [
    'a late writer',
    'quiet',
    copied({ volume: { ...OVERWRITTEN, left: 'right' } }),
    /afterwards somebody wrote/,
  ],
  ['progress beyond the disk', 'progress', copied({ output: ['{"bytesDone":4097}'] }), /says 4097 bytes/],
  [
    'progress beyond the schema',
    'progress',
    copied({ output: ['{"bytesDone":"12"}'] }),
    /"12".*not in the form/,
  ],
  ['progress that ends early', 'progress', copied({ output: ['{"bytesDone":12}'] }), /ends at 12 of 4096/],
  [
    'a total of its own',
    'progress',
    copied({ output: ['{"bytesDone":9,"bytesTotal":9}'] }),
    /bytesTotal is 9/,
  ],
  ['a result that lies', 'result', copied({ message: '{"result":{"bytes":7}}' }), /says 7 bytes/],
  ['a result that is none', 'result', copied({ message: 'done!' }), /not in the form/],
  [
    'an error beside success',
    'result',
    copied({ message: '{"error":{"message":"m"}}' }),
    /beside exit code 0/,
  ],
  ['a secret', 'secrets', copied({ output: ['login s3cret/+='] }), /password stands in its output/],
  [
    'a secret in base64',
    'secrets',
    copied({ message: Buffer.from(SECRET.value).toString('base64') }),
    /password stands in its termination message/,
  ],
])('%s is broken', (_, point, whole, found) => {
  expect(verdicts(whole)[point]).toMatchObject({
    verdict: 'broken',
    found: expect.stringMatching(found) as string,
  });
});

test('what a plugin prints as log is none of our business', () => {
  const output = ['{"level":"info"}', 'bytesDone', '{"bytesDone":4096,"pool":"gold"}', '{broken'];
  expect(notKept(copied({ output }))).toEqual([]);
});

test.each<[string, Sketch, Verdict['verdict'], RegExp]>([
  ['is killed', { exitCode: 137, stopSeconds: 60, volume: FRESH }, 'broken', /not gone 60 s/],
  ['leaves its task', { exitCode: 1, stopSeconds: 1, volume: OVERWRITTEN }, 'broken', /went on/],
  ['says done', { exitCode: 0, stopSeconds: 1, volume: FRESH }, 'broken', /was not done/],
  ['goes on to the end', { exitCode: 0, stopSeconds: 9 }, 'broken', /ignored SIGTERM/],
  ['was done at that moment', { exitCode: 0, stopSeconds: 1 }, 'unknown', /larger disk/],
  ['had copied all', { exitCode: 1, stopSeconds: 1 }, 'unknown', /larger disk/],
  ['had ended', { exitCode: 1, volume: FRESH }, 'unknown', /before it could be stopped/],
])('of a plugin that at SIGTERM %s that is said', (_, sketch, verdict, found) => {
  const { sigterm } = verdicts(copied(), { stopped: copied(sketch) });
  expect(sigterm).toMatchObject({ verdict, found: expect.stringMatching(found) as string });
});

test.each<[string, Partial<Others['adopted']>, Verdict['verdict'], RegExp]>([
  [
    'a second task that goes on',
    { stopped: copied({ exitCode: 1, stopSeconds: 1, volume: OVERWRITTEN }) },
    'broken',
    /task of attempt 1 went on/,
  ],
  ['wrong bytes in the end', { last: copied({ volume: FRESH }) }, 'broken', /^attempt 3.*not the source's/],
  [
    'an old task in the way',
    { last: copied({ exitCode: 1, message: '{"error":{"message":"busy"}}', volume: FRESH }) },
    'broken',
    /^attempt 3.*"busy"/,
  ],
  ['a first attempt that was too fast', { killed: copied() }, 'unknown', /before it could be killed/],
  ['a second attempt that was too fast', { stopped: copied({ stopSeconds: 0 }) }, 'unknown', /larger disk/],
  ['a second attempt that had to be killed', { stopped: KILLED }, 'unknown', /did not stop/],
])('adoption with %s', (_, change, verdict, found) => {
  const { adoption } = verdicts(copied(), { adopted: { ...GOOD_OTHERS.adopted, ...change } });
  expect(adoption).toMatchObject({ verdict, found: expect.stringMatching(found) as string });
});

test('a missing source that is no typed error is broken', () => {
  const errorOf = (missing: AttemptRecord) => verdicts(copied(), { missing })['typed-error'];
  expect(errorOf(copied({ exitCode: 1 }))).toMatchObject({
    verdict: 'broken',
    found: 'no typed error, but exit code 1',
  });
  expect(errorOf(copied())).toMatchObject({ verdict: 'broken' });
  expect(errorOf(REFUSED)?.found).toBe('"no disk", not retryable');
});

test('who needs root or a user of their own is told so', () => {
  const denied = copied({ exitCode: 1, message: '{"error":{"message":"EACCES: /etc/x"}}', volume: FRESH });
  const failed = copied({ exitCode: 1, volume: FRESH });
  expect(verdicts(denied, { otherUser: denied }).restricted).toMatchObject({ verdict: 'broken' });
  expect(verdicts(copied(), { otherUser: failed }).restricted?.found).toBe(
    'under a random user: exit code 1',
  );
  expect(verdicts(failed, { otherUser: failed }).restricted).toMatchObject({ verdict: 'unknown' });
});

test.each([
  ['URL-encoded', encodeURIComponent(SECRET.value)],
  ['in hexadecimal', Buffer.from(SECRET.value).toString('hex')],
  ['backwards', [...SECRET.value].reverse().join('')],
])('a secret that is printed %s is found', (_, text) => {
  expect(verdicts(copied({ output: [text] })).secrets).toMatchObject({ verdict: 'broken' });
});

test('progress that says all of a copy that was stopped before is a lie', () => {
  const output = ['{"bytesDone":4096}'];
  const stopped = copied({ exitCode: 1, stopSeconds: 1, volume: FRESH, output });
  expect(verdicts(copied(), { stopped }).progress).toMatchObject({ verdict: 'broken' });
  const done = copied({ exitCode: 1, stopSeconds: 1, output });
  expect(verdicts(copied(), { stopped: done }).progress).toMatchObject({ verdict: 'kept' });
});

test.each<[string, Others['again'], Verdict['verdict'], RegExp]>([
  [
    'is taken for its own',
    { first: copied(), second: copied({ volume: FRESH }) },
    'broken',
    /took the result/,
  ],
  [
    'is in the way',
    { first: copied(), second: copied({ exitCode: 1, volume: FRESH }) },
    'broken',
    /^attempt 2/,
  ],
  ['never was', { first: copied({ exitCode: 1 }), second: copied() }, 'unknown', /^attempt 1/],
])('a finished task that %s', (_, again, verdict, found) => {
  const said = verdicts(copied(), { again })['finished-task'];
  expect(said).toMatchObject({ verdict, found: expect.stringMatching(found) as string });
});

test.each<[string, Others['disks'], Verdict['verdict'], RegExp]>([
  [
    'share a task',
    { copies: [copied(), copied({ volume: FRESH })], met: true },
    'broken',
    /has not the source's/,
  ],
  ['get in the way', { copies: [copied({ exitCode: 1 }), copied()], met: true }, 'broken', /exit code 1/],
  ['never met', { ...TWO, met: false }, 'unknown', /larger disk/],
])('two copies that %s', (_, together, verdict, found) => {
  const { disks } = verdicts(copied(), { disks: together });
  const { 'copy-id': ids } = verdicts(copied(), { ids: together });
  for (const said of [disks, ids])
    expect(said).toMatchObject({ verdict, found: expect.stringMatching(found) as string });
});

test('who can not copy two disks at once is not told of ids, and who copies nothing right of neither', () => {
  const bad = { copies: [copied({ exitCode: 1 })], met: true };
  expect(verdicts(copied(), { disks: bad, ids: bad })['copy-id']).toMatchObject({ verdict: 'unknown' });
  const wrong = verdicts(copied({ volume: FRESH }), { disks: bad });
  expect(wrong.disks).toMatchObject({ verdict: 'unknown', found: 'not tried: no whole copy was right' });
});

test('of points that nobody asked for nothing is said but that they were not tried', () => {
  const seen = { whole: copied(), others: { stopped: STOPPED } };
  const said = judge(seen, SOURCE).find(({ point }) => point === 'adoption');
  expect(said).toMatchObject({ verdict: 'unknown' });
});

test.each<[string, Others['odd'], Verdict['verdict'], RegExp]>([
  ['is cut short', { ...ODD, copy: copied({ volume: FRESH }) }, 'broken', /has not the source's bytes/],
  ['fails', { ...ODD, copy: copied({ exitCode: 1 }) }, 'broken', /exit code 1/],
  ['is not large', { ...ODD, bytes: 4097 }, 'unknown', /^the disk has 4097 bytes: give/],
  ['is whole MiB', { ...ODD, bytes: 65 * 1024 * 1024 }, 'unknown', /--odd-disk/],
  ['nobody has named', null, 'unknown', /--odd-disk/],
])('a disk of an odd size that %s', (_, odd, verdict, found) => {
  const said = verdicts(copied(), { odd })['odd-size'];
  expect(said).toMatchObject({ verdict, found: expect.stringMatching(found) as string });
});

test('who copies the base of a chain, or what only a cache holds, is told so', () => {
  const chain = { ...GOOD_OTHERS.chain, copy: copied({ volume: FRESH }) };
  expect(verdicts(copied(), { chain }).snapshots).toMatchObject({ verdict: 'broken' });
  const afterPowerCut = copied({ volume: FRESH });
  expect(verdicts(copied(), { afterPowerCut }).durable).toMatchObject({ verdict: 'broken' });
  expect(verdicts(copied(), { afterPowerCut: copied({ exitCode: 1 }) }).durable).toMatchObject({
    verdict: 'unknown',
  });
});

test('progress of another disk is not measured by the usual one', () => {
  const odd = { ...ODD, copy: copied({ output: [`{"bytesDone":${ODD.bytes}}`] }) };
  expect(verdicts(copied(), { odd }).progress).toMatchObject({ verdict: 'kept' });
});
