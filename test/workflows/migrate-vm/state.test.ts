import { describeFailure } from '../../../plan/failures';
import { PHASES } from '../../../workflows/contract';
import {
  decide,
  diskCopied,
  newMigration,
  parkState,
  passDeadline,
  sourceRan,
  voidCopies,
  volumeGone,
  type Migration,
} from '../../../workflows/migrate-vm/state';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';

const NOW = '2026-01-01T00:00:00Z';

/** Two disks, copied, marked, and every phase done. */
function finished(): Migration {
  const migration = newMigration(frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] }));
  const { facts, state } = migration;
  for (const disk of state.disks) {
    diskCopied(disk, 1, NOW);
    facts.fillings.set(disk.key, NOW);
    facts.marked.add(disk.key);
  }
  for (const phase of PHASES) facts.done.add(phase);
  Object.assign(facts, { released: true, evidence: { bootTime: null, lastPowerOn: null } });
  return migration;
}

function undone({ facts }: Migration): string[] {
  return PHASES.filter((phase) => !facts.done.has(phase));
}

test('one volume that is gone costs the copy of one disk', () => {
  const migration = finished();
  volumeGone(migration, 2000);

  expect(undone(migration)).toEqual(['volumes', 'copy']);
  expect([...migration.facts.fillings.keys()]).toEqual([2001]);
  expect(migration.facts).toMatchObject({ released: false, stale: false });
});

test('void copies cost every disk and what was built on them, but not the stop of the source', () => {
  const migration = finished();
  voidCopies(migration);

  expect(undone(migration)).toEqual(['volumes', 'copy', 'convert', 'create-vm', 'start-vm', 'verify']);
  expect(migration.state.disks.map(({ phase }) => phase)).toEqual(['waiting', 'waiting']);
  expect(migration.facts).toMatchObject({ released: false, stale: true });
  expect(migration.facts.evidence).not.toBeNull();
});

test('a source that ran has to be stopped again, too', () => {
  const migration = finished();
  sourceRan(migration);

  expect(undone(migration)).toContain('stop-source');
  expect(migration.facts).toMatchObject({ evidence: null, connection: null });
});

test('the reason for giving up outlives failures on the way back and their retries', () => {
  const migration = newMigration(frozenVm());
  const times = { since: NOW, deadline: NOW };
  parkState(migration, { ...times, failure: describeFailure('QuotaExceeded', 'too little') });
  decide(migration, { at: NOW, action: 'abort', who: 'ann', why: 'enough' });
  parkState(migration, { ...times, failure: describeFailure('MachineNotStopped', 'it runs on') });
  decide(migration, { at: NOW, action: 'retry', who: 'ann', why: 'it is off now' });

  expect(migration.state).toMatchObject({ attention: null, failure: { kind: 'QuotaExceeded' } });
  expect(migration.facts.givenUp).toBe(true);
});

test('the deadline gives a migration up, unless all that is left is tidying', () => {
  for (const [phase, givenUp] of [
    ['copy', true],
    ['tidy', false],
  ] as const) {
    const migration = newMigration(frozenVm());
    migration.state.phase = phase;
    parkState(migration, { since: NOW, deadline: NOW, failure: describeFailure('TargetRefused', 'no') });
    passDeadline(migration, NOW);

    expect(migration.facts.givenUp).toBe(givenUp);
    expect(migration.state.left).toEqual(givenUp ? [] : ['no']);
    expect(migration.state.decisions).toMatchObject([{ action: 'deadline' }]);
  }
});
