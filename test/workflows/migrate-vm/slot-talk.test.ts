import {
  giveBack,
  hasNews,
  measure,
  outOfDate,
  takeBackNews,
  takeGrants,
  takeNews,
  want,
} from '../../../workflows/migrate-vm/slot-talk';
import { newMigration, type Migration } from '../../../workflows/migrate-vm/state';
import type { Want } from '../../../workflows/transfer-slots/decide';
import { BY_IMPORT, frozenVm } from '../../support/frozen-vm';

const AT = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T00:10:00Z';
const SELF = { workflowId: 'migrate-vm/vcenter/vm-1', runId: 'b1f5ad4b-5b9a-4f0c-9f5e-4b1f5ad4b5b9' };

function twoDisks(): Migration {
  return newMigration(frozenVm({ methods: [BY_IMPORT, BY_IMPORT] }));
}

function disk(key: number, host = 'esx-1'): Want {
  return { key: `disk-${key}`, needs: [`host/vcenter/${host}`], seconds: null };
}

function grant(migration: Migration, ...keys: string[]): void {
  takeGrants(migration, { runId: SELF.runId, keys }, SELF.runId);
}

test('what waits shows since when, disk by disk; the VM as a whole waits while nothing is granted', () => {
  const migration = twoDisks();
  want(migration, [disk(2000), disk(2001)], AT);
  expect(migration.state.waitingSince).toBe(AT);
  grant(migration, 'disk-2001');
  expect(migration.state.waitingSince).toBeUndefined();
  expect(migration.state.disks.map(({ waitingSince }) => waitingSince)).toEqual([AT, undefined]);
});

test('an ask says all that is wanted, and of it what is held', () => {
  const migration = twoDisks();
  want(migration, [disk(2000)], AT);
  takeNews(migration, SELF);
  grant(migration, 'disk-2000');
  want(migration, [disk(2000), disk(2001)], LATER);
  expect(takeNews(migration, SELF)).toEqual([
    {
      kind: 'ask',
      holder: SELF,
      priority: 5,
      isOff: false,
      maxConcurrentDisks: 4,
      wants: [disk(2000), disk(2001)],
      held: ['disk-2000'],
    },
  ]);
  expect(hasNews(migration)).toBe(false);
});

test('what is given back is said before what is asked for anew', () => {
  const migration = twoDisks();
  want(migration, [disk(2000)], AT);
  takeNews(migration, SELF);
  grant(migration, 'disk-2000');
  giveBack(migration, ['disk-2000', 'disk-2001']);
  want(migration, [disk(2000, 'esx-2')], LATER);
  const [release, ask] = takeNews(migration, SELF);
  expect(release).toEqual({ kind: 'release', holder: SELF, keys: ['disk-2000'] });
  expect(ask).toMatchObject({ kind: 'ask', wants: [disk(2000, 'esx-2')], held: [] });
});

test('what waits is asked for with new needs, and stays as old; what is granted for others is out of date', () => {
  const migration = twoDisks();
  want(migration, [disk(2000), disk(2001)], AT);
  grant(migration, 'disk-2000');
  const moved = [disk(2000, 'esx-2'), disk(2001, 'esx-2')];
  expect(outOfDate(migration, moved)).toEqual(['disk-2000']);
  want(migration, moved, LATER);
  expect(migration.state.disks[1]?.waitingSince).toBe(AT);
  expect(takeNews(migration, SELF)).toMatchObject([{ wants: [disk(2000), disk(2001, 'esx-2')] }]);
});

test('a disk that still waits when its source is off is asked for again: now it goes first', () => {
  const migration = twoDisks();
  want(migration, [disk(2000), disk(2001)], AT);
  takeNews(migration, SELF);
  grant(migration, 'disk-2000');
  want(migration, [disk(2000), disk(2001)], LATER);
  expect(hasNews(migration)).toBe(false);
  migration.state.source.stoppedByUs = true;
  migration.memory.evidence = { bootTime: null, lastPowerOn: null };
  want(migration, [disk(2000), disk(2001)], LATER);
  expect(takeNews(migration, SELF)).toMatchObject([{ kind: 'ask', isOff: true }]);
});

test('what was not heard is said with the next news', () => {
  const migration = twoDisks();
  want(migration, [disk(2000), disk(2001)], AT);
  giveBack(migration, ['disk-2000']);
  const events = takeNews(migration, SELF);
  expect(hasNews(migration)).toBe(false);
  takeBackNews(migration, events);
  expect(takeNews(migration, SELF)).toEqual(events);
});

test('what a copy took is said when its slot goes back, and again where that was not heard', () => {
  const migration = twoDisks();
  want(migration, [{ ...disk(2000), bytes: 4096 }, disk(2001)], AT);
  takeNews(migration, SELF);
  grant(migration, 'disk-2000', 'disk-2001');
  measure(migration, 'disk-2000', 12.5);
  giveBack(migration, ['disk-2000', 'disk-2001']);
  const events = takeNews(migration, SELF);
  expect(events).toEqual([
    {
      kind: 'release',
      holder: SELF,
      keys: ['disk-2000', 'disk-2001'],
      measured: [{ key: 'disk-2000', bytes: 4096, seconds: 12.5 }],
    },
  ]);
  takeBackNews(migration, events);
  expect(takeNews(migration, SELF)).toEqual(events);
});

test('an estimate comes with a grant, for disks that wait; one that is copied keeps what was estimated before', () => {
  const migration = twoDisks();
  const [first, second] = migration.state.disks;
  want(migration, [disk(2000), disk(2001)], AT);
  const hear = (estimates: Record<string, [number, number]>) =>
    takeGrants(migration, { runId: SELF.runId, keys: ['disk-2000'], estimates }, SELF.runId);
  hear({ 'disk-2000': [10, 20], 'disk-2001': [30, 40], 'disk-9': [1, 2] });
  first!.phase = 'copying';
  hear({ 'disk-2000': [1, 2], 'disk-2001': [31, 39] });
  expect([first, second].map((one) => one?.estimatedSeconds)).toEqual([
    [10, 20],
    [31, 39],
  ]);
});
