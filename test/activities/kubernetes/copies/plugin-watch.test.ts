/** What a plugin may print, and what is made of it. */
import { Readable } from 'node:stream';
import type { PluginPatience, ActivityProgress } from '../../../../activities/interfaces';
import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import type { JobInProgress } from '../../../../activities/kubernetes/pods/job-pods';
import type { Pod } from '../../../../activities/kubernetes/api/kinds';
import { PluginWatch } from '../../../../activities/kubernetes/copies/plugin-watch';
import { Progress } from '../../../../activities/progress';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { eventually } from '../../../support/eventually';

const RUNNING: Pod = {
  metadata: { name: 'copy', namespace: 'migrated', uid: 'u-1' },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'plugin',
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  },
};

/** Streams of the container's log, one after the other; the last stays open. */
class FakeLog {
  readonly opened: { follow?: string }[] = [];
  private readonly waiting: Readable[] = [];

  say(...chunks: string[]): void {
    this.waiting.push(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
  }

  readonly api = {
    openLog: (_log: unknown, query: { follow?: string }) => {
      this.opened.push(query);
      return Promise.resolve(this.waiting.shift() ?? new Readable({ read: () => undefined }));
    },
  } as unknown as ApiClient;
}

const open: PluginWatch[] = [];

function watching(patience: Partial<PluginPatience> = {}, former?: Partial<ActivityProgress>) {
  const log = new FakeLog();
  const progress = new Progress(() => undefined, former ?? null);
  const scope = { progress, cluster: { api: log.api, key: 'test' } } as unknown as Scope;
  const watch = new PluginWatch(scope, { deadlineSeconds: 600, capacityBytes: 1_000, ...patience });
  open.push(watch);
  const look = (change: Partial<JobInProgress> = {}) =>
    watch.look({ pod: RUNNING, delay: null, since: Date.now(), ...change });
  return { log, progress, look };
}

afterEach(() => {
  for (const watch of open.splice(0)) watch.close();
});

const line = (bytesDone: unknown, bytesTotal?: unknown) => `${JSON.stringify({ bytesDone, bytesTotal })}\n`;

test('garbage, endless lines and documents of other kinds are log, and do not hide what comes after', async () => {
  const { log, progress, look } = watching();
  const garbage = [
    '\u0000\u001b[2J\n{"bytesDone":\n{]\n[1]\nnull\n{}\n{"bytesDone":"7"}\n{"bytesDone":-1}\n',
  ];
  const endless = `{"bytesDone":999,"x":"${'y'.repeat(10 * 1024 * 1024)}"}\n`;
  log.say(...garbage, endless, line(1e999), line(250, 500), '{"bytesDone":300,', '"bytesTotal":500}');
  await look();
  await eventually(() => Promise.resolve(progress.now.bytesDone === 300 || null));
  expect(progress.now).toMatchObject({ bytesDone: 300, bytesTotal: 500, warning: null });
});

test('what is shown never shrinks and never exceeds the whole, and is warned of', async () => {
  const { log, progress, look } = watching();
  log.say(line(400), line(100), line(5_000, 2_000), line(10, 0));
  await look();
  await eventually(() => Promise.resolve(progress.now.bytesDone === 2_000 || null));
  await look();
  expect(progress.now).toMatchObject({
    bytesDone: 2_000,
    bytesTotal: 2_000,
    warning: 'its progress went backwards; it reports more bytes than there are',
  });
});

test('after the death of a worker, and of a stream, progress goes on from where it was', async () => {
  const { log, progress, look } = watching({}, { bytesDone: 700, bytesTotal: 1_000 });
  log.say(line(600), line(700));
  log.say(line(650), line(700), line(900));
  await look();
  await eventually(() => Promise.resolve(progress.now.bytesDone === 900 || null));
  expect(progress.now.bytesDone).toBe(900);
  expect(log.opened.length).toBeGreaterThan(1);
});

const longAgo = () => new Date(Date.now() - 3_600_000).toISOString();

test('a copy that stands still is warned of, and given up only where the plan says so', async () => {
  const movedAt = longAgo();
  const patient = watching({ stallWarningSeconds: 60 }, { bytesDone: 7, movedAt });
  await patient.look();
  expect(patient.progress.now.warning).toBe(`no progress since ${movedAt}`);
  const strict = watching({ stallDeadlineSeconds: 60 }, { bytesDone: 7, bytesTotal: 1_000, movedAt });
  strict.log.say('');
  strict.log.say('');
  await expect(strict.look()).rejects.toMatchObject({
    type: 'CopyStalled',
    message: 'the plugin reported no progress for 60 s, at 7 of 1000 bytes',
  });
});

test('before a copy is given up its log is read live: its stream may have died', async () => {
  const { log, progress, look } = watching(
    { stallDeadlineSeconds: 60 },
    { bytesDone: 7, movedAt: longAgo() },
  );
  const silent = new Readable({ read: () => undefined });
  jest
    .spyOn(log.api, 'openLog')
    .mockImplementation((_, query) =>
      Promise.resolve((query.follow === 'true' ? silent : Readable.from([Buffer.from(line(8))])) as never),
    );
  await look();
  expect(progress.now).toMatchObject({ bytesDone: 8, warning: null });
});

test('a plugin that never said how far it is does not stand still', async () => {
  const { progress, look } = watching({ stallWarningSeconds: 1, stallDeadlineSeconds: 1 });
  await look({ since: 0 });
  expect(progress.now.warning).toBeNull();
});

test.each([
  ['trouble' as const, 0, null],
  ['trouble' as const, 301, 'CopyNotStarted'],
  ['ordinary' as const, 301, null],
  ['final' as const, 0, 'CopyRefused'],
])('a start that is held up by %s for %i s ends as %s', async (kind, seconds, type) => {
  const { look } = watching({ startDeadlineSeconds: 300 });
  const delay = { kind, clause: 'ImagePullBackOff: no such image' };
  const looking = look({ pod: null, delay, since: Date.now() - seconds * 1_000 });
  if (type === null) await expect(looking).resolves.toBeUndefined();
  else
    await expect(looking).rejects.toMatchObject({
      type,
      message: expect.stringContaining(delay.clause) as string,
    });
});

test('a quota that leaves no room for the Pod has a kind of its own', async () => {
  const delay = { kind: 'trouble' as const, clause: 'no Pod could be made: exceeded quota: small' };
  const { look } = watching({ startDeadlineSeconds: 1 });
  await expect(look({ pod: null, delay, since: 0 })).rejects.toMatchObject({ type: 'QuotaExceeded' });
});
